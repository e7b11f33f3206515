import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSite, type Site } from '../support/server/site.ts';

let site: Site;
beforeAll(async () => void (site = await startSite()));
afterAll(() => site.stop());

/** Of the 500 instructions that a query may have (decision 0018), it takes a half; and such a line takes it a second or two. */
const expensive = '/(a|b)*a(a|b){80}[cd]/';
const long = Array.from({ length: 200 * 1024 }, () => (Math.random() < 0.5 ? 'a' : 'b')).join('');
/** What a line for others may take meanwhile, in ms: a held event loop would take seconds. */
const promptly = 500;

test('a live filter that is too slow is told what it did not see, and delays nobody', async () => {
	const [slow, quick] = [await site.tenant(), await site.tenant()];
	const watching = await slow.stream(`q=${encodeURIComponent(expensive)}`);
	const neighbour = await quick.stream();
	const ownNeighbour = await slow.stream('q=needle');
	await Promise.all([watching, neighbour, ownNeighbour].map((stream) => stream.untilEnd('\n\n')));

	const sending = (async () => {
		for (let batch = 0; batch < 6; batch++)
			await slow.send(...Array.from({ length: 30 }, () => ({ message: long })));
	})();
	const waits: number[] = [];
	const unseen = watching.until((text) => /event: unseen\ndata: \{.*\}\n\n/.test(text));
	let isTold = false;
	void unseen.then(() => (isTold = true));
	for (let n = 1; !isTold || n <= 20; n++) {
		const sent = performance.now();
		await quick.send({ message: `quick ${n}` });
		await neighbour.until((text) => text.includes(`"quick ${n}"`));
		waits.push(performance.now() - sent);
	}
	await sending;
	const { count } = JSON.parse(/event: unseen\ndata: (.*)\n/.exec(await unseen)?.[1] ?? '{}') as {
		count: number;
	};
	expect(count).toBeGreaterThan(0);
	expect(waits.sort((a, b) => a - b)[Math.floor(waits.length / 2)]).toBeLessThan(promptly);

	await slow.send({ message: 'needle' });
	await ownNeighbour.until((text) => text.includes('"needle"'));
});
