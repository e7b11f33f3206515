import { afterAll, beforeAll, expect, test } from 'vitest';
import { following } from '../support/logs/following.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

let site: Site;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

/** Of the 500 instructions that a query may have (decision 0018), it takes a half; and such a line takes it a second or two. */
const expensive = '/(a|b)*a(a|b){80}[cd]/';
const long = Array.from({ length: 200 * 1024 }, () => (Math.random() < 0.5 ? 'a' : 'b')).join('');
/** What a line for others may take meanwhile, in ms: an event loop that is held would take a minute. */
const promptly = 2_000;

test('a live filter that is too slow is told what it did not see, and delays nobody', async () => {
	const [slow, quick] = [await site.tenant(), await site.tenant()];
	const streamOf = async (tenant: Tenant, query: string) =>
		following(await tenant.fetch(`/api/logs/stream?${query}`));
	const watching = await streamOf(slow, `q=${encodeURIComponent(expensive)}`);
	const neighbour = await streamOf(quick, '');
	const ownNeighbour = await streamOf(slow, 'q=needle');

	const sending = (async () => {
		for (let batch = 0; batch < 3; batch++)
			await slow.send(...Array.from({ length: 20 }, () => ({ message: long })));
	})();
	let isTold = false;
	const unseen = watching(/event: unseen\ndata: .*\n/).finally(() => (isTold = true));
	const waits: number[] = [];
	while (!isTold || waits.length < 20) {
		const sent = performance.now();
		await quick.send({ message: `quick ${waits.length}` });
		await neighbour(`"quick ${waits.length}"`);
		waits.push(performance.now() - sent);
	}
	const { count } = JSON.parse(/event: unseen\ndata: (.*)\n/.exec(await unseen)?.[1] ?? '{}') as {
		count: number;
	};
	expect(count).toBeGreaterThan(0);
	expect(waits.sort((a, b) => a - b)[Math.floor(waits.length / 2)]).toBeLessThan(promptly);

	await sending;
	await slow.send({ message: 'needle' });
	await ownNeighbour('"needle"');
});
