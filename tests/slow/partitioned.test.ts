import { expect, onTestFailed, onTestFinished, test, vi } from 'vitest';
import { bearer, headOf, send } from '../support/server/calls.ts';
import { inTurn } from '../support/server/broken-scene.ts';
import { testDatabase } from '../support/server/database.ts';
import { detour, type Detour } from '../support/server/detour.ts';
import { startServer, type Server } from '../support/server/server.ts';
import { Stream } from '../support/server/site.ts';
import { Sender } from '../support/logs/sender.ts';
import { Viewer } from '../support/logs/viewer.ts';

vi.setConfig({ testTimeout: 180_000 });

const patience = { timeout: 60_000, interval: 100 };

/** A server that may lose its PostgreSQL, and two that do not. */
async function open() {
	const database = await testDatabase();
	const way = await detour(database.url);
	const urls = [way.url, database.url, database.url];
	const started = await Promise.all(urls.map((url) => startServer({ env: { DATABASE_URL: url } })));
	const servers = started as [Server, Server, Server];
	onTestFailed(() => servers.forEach((server) => process.stderr.write(server.output())));
	onTestFinished(async () => {
		await Promise.all(servers.map((server) => server.stop()));
		way.close();
		await database.drop();
	});
	const { key } = await servers[0].bootstrap();
	return { ...database, way, servers, key };
}

const ready = (server: Server) => async () => (await fetch(`${server.url}/readyz`)).status;

const faults: Record<string, { begin(way: Detour): void; end(way: Detour): void }> = {
	cut: { begin: (way) => way.cut(), end: (way) => way.mend() },
	silent: { begin: (way) => way.freeze(), end: (way) => way.thaw() }
};

test.each(Object.keys(faults))(
	'a server whose way to PostgreSQL is %s answers 503, its streams say so, the others go on, and nothing promised is lost',
	async (fault) => {
		const { way, servers, key, sql } = await open();
		const [away, other] = servers;
		const headers = bearer(key);
		const senders = servers.map(({ url }, index) => {
			const name = `server ${index}:`;
			return new Sender({ origin: () => url, headers, name, perSecond: 20, again: 'never' });
		});
		const viewer = new Viewer({ origin: inTurn(servers), headers });
		onTestFinished(() => viewer.close());
		const stream = new Stream(await fetch(`${away.url}/api/logs/stream`, { headers }));
		await Promise.all(senders.map((sender) => sender.acknowledges(20)));

		faults[fault]?.begin(way);
		await expect.poll(ready(away), patience).toBe(503);
		expect((await send(away.url, key, 'x')).status).toBe(503);
		await stream.until((text) => /event: status\ndata: [^\n]*"outage":"database"/.test(text));
		viewer.hop();
		const [, sender] = senders as [Sender, Sender];
		await viewer.reaches(await sender.acknowledges(40));
		await sql`UPDATE upkeep_tasks SET due_at = now()`;
		const undone = () => sql`SELECT FROM upkeep_tasks WHERE due_at < now() + interval '50 minutes'`;
		await expect.poll(undone, patience).toHaveLength(0);
		expect(await ready(other)()).toBe(200);

		faults[fault]?.end(way);
		await expect.poll(ready(away), patience).toBe(200);
		await Promise.all(senders.map((sender) => sender.acknowledges(20)));
		await Promise.all(senders.map((sender) => sender.stop()));
		const head = await headOf(away.url, key);
		await viewer.reaches(head);
		const shown = new Map(viewer.lines.map(({ seq, message }) => [seq, message]));
		for (const { acknowledged } of senders)
			for (const [seq, message] of acknowledged) expect(shown.get(seq)).toBe(message);
		expect(new Set(viewer.lines.map(({ seq }) => seq)).size).toBe(head);
		await stream.close();
	}
);

test('a server that is cut off in the middle of a commit holds up the others for some seconds only', async () => {
	const { way, servers, key, sql } = await open();
	const [away, other] = servers;
	expect((await send(other.url, key, 'before')).status).toBe(200);
	const frozen = way.freezeNext();
	const hanging = send(away.url, key, 'hangs');
	await frozen;
	const began = performance.now();
	expect((await send(other.url, key, 'goes on')).status).toBe(200);
	expect(performance.now() - began).toBeLessThan(15_000);
	const answer = await hanging;
	expect(answer.status).toBe(503);
	way.thaw();
	await expect.poll(ready(away), patience).toBe(200);
	expect((await send(away.url, key, 'is back')).status).toBe(200);
	const [row] = await sql<{ lines: number }[]>`SELECT sum(lines)::int AS lines FROM log_chunks`;
	expect(row?.lines).toBe(3);
});
