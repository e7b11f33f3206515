import { expect, onTestFinished, test, vi } from 'vitest';
import { bearer, expectWhole, headOf } from '../support/server/calls.ts';
import { inTurn, serversAt, type Scene } from '../support/server/broken-scene.ts';
import { detour, type Detour } from '../support/server/detour.ts';
import type { Server } from '../support/server/server.ts';
import { Sender } from '../support/logs/sender.ts';
import { Viewer } from '../support/logs/viewer.ts';

vi.setConfig({ testTimeout: 180_000 });

/** How long a viewer stays with one server before it goes to the next, in ms. */
const stay = 300;
const patience = { timeout: 60_000, interval: 100 };

/** Three servers with one way to PostgreSQL; what a URL says goes before the server's own 30 s. */
async function open(): Promise<Scene & { way: Detour }> {
	let way: Detour | null = null;
	const scene = await serversAt([0, 0, 0], async (url) => {
		way = await detour(url);
		return { DATABASE_URL: `${way.url}?statement_timeout=1000` };
	});
	onTestFinished(() => way?.close());
	return { ...scene, way: way as unknown as Detour };
}

/** Lines go to each server in turn until they are acknowledged, and a viewer goes to the next again and again, whatever happens. */
async function endure(
	{ servers }: Scene,
	happens: (sender: Sender, headers: Record<string, string>) => Promise<void>
): Promise<{ failed: number[] }> {
	const { key } = await (servers[0] as Server).bootstrap();
	const headers = bearer(key);
	const sender = new Sender({
		...{ origin: inTurn(servers), headers, name: 'line', perSecond: 100 },
		again: 'same key'
	});
	const viewer = new Viewer({ origin: inTurn(servers), headers });
	const hopping = setInterval(() => viewer.open && viewer.hop(), stay);
	onTestFinished(() => (clearInterval(hopping), viewer.close()));
	await viewer.reaches(await sender.acknowledges(50));
	await happens(sender, headers);
	await viewer.reaches(await sender.acknowledges(100));
	await sender.stop();
	const head = await headOf((servers[0] as Server).url, key);
	expectWhole(await viewer.reaches(head), [sender], head);
	return { failed: [...sender.statuses.keys()].filter((status) => status !== 200) };
}

const statuses = (servers: readonly Server[]) => async () =>
	Promise.all(servers.map(async ({ url }) => (await fetch(`${url}/readyz`)).status));

test.each(['cut', 'silent'] as const)(
	'while the way of three servers to PostgreSQL is %s all answer 503, and a viewer that changes servers has every line once',
	async (fault) => {
		const scene = await open();
		const { servers, way } = scene;
		const { failed } = await endure(scene, async (sender) => {
			if (fault === 'cut') way.cut();
			else way.freeze();
			await expect.poll(statuses(servers), patience).toEqual([503, 503, 503]);
			await expect.poll(() => sender.statuses.has(503), patience).toBe(true);
			if (fault === 'cut') way.mend();
			else way.thaw();
			await expect.poll(statuses(servers), patience).toEqual([200, 200, 200]);
		});
		expect(failed).toEqual([503]);
	}
);

test('while queries of three servers are blocked, a viewer that changes servers waits, and then has every line once', async () => {
	const scene = await open();
	const { failed } = await endure(scene, async (sender, headers) => {
		const { acknowledged } = sender;
		await scene.sql.begin(async (locking) => {
			await locking`LOCK TABLE log_chunks IN ACCESS EXCLUSIVE MODE`;
			// Longer than a statement may take, for the server that is asked last too.
			const ended = new Set<number>();
			// Once the first has waited so long, what was committed before is acknowledged, too.
			let before: number | null = null;
			await expect
				.poll(async () => {
					const answers = await Promise.all(
						scene.servers.map(({ url }) => fetch(`${url}/api/logs`, { headers }))
					);
					answers.forEach(({ status }, index) => status === 503 && ended.add(index));
					if (ended.size > 0) before ??= acknowledged.size;
					return ended.size;
				}, patience)
				.toBe(3);
			expect(acknowledged.size).toBe(before);
		});
	});
	expect(failed).toEqual([503]);
});
