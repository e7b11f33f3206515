import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startPgbouncer } from '../support/balancers/pgbouncer.ts';
import { lowPort } from '../support/balancers/ports.ts';
import { isHere, titleOf } from '../support/balancers/programs.ts';
import { connect, type Sql } from '../../src/lib/server/postgres/connect.ts';
import { line, receive } from '../support/logs/lines.ts';
import { Sender } from '../support/logs/sender.ts';
import { Viewer } from '../support/logs/viewer.ts';
import { serversAt } from '../support/server/broken-scene.ts';
import { bearer, expectWhole, headOf } from '../support/server/calls.ts';
import type { Server } from '../support/server/server.ts';

vi.setConfig({ testTimeout: 180_000 });

const day = 24 * 60 * 60 * 1000;

/** Two servers that start at once on an empty database, through PgBouncer, and a straight connection to it. */
async function behindPgbouncer() {
	let straight: Sql | undefined;
	const scene = await serversAt([await lowPort(), await lowPort()], async (url) => {
		const empty = new URL(url);
		empty.pathname = '/empty';
		const server = connect(url, { max: 1 });
		await server`CREATE DATABASE empty`;
		await server.end();
		straight = connect(empty.href, { max: 2 });
		return { DATABASE_URL: await startPgbouncer(empty.href), DATABASE_LISTEN_URL: empty.href };
	});
	if (!straight) throw new Error('there is no database');
	const sql = straight;
	onTestFinished(() => sql.end({ timeout: 1 }));
	return { ...scene, sql };
}

describe.skipIf(!isHere('pgbouncer'))(titleOf('pgbouncer', 'PgBouncer, a connection a transaction'), () => {
	test('two servers migrate once, carry lines live, store, search and seal them', async () => {
		const { servers, sql, restart } = await behindPgbouncer();
		const [first, second] = servers as [Server, Server];
		const { key, org } = await first.bootstrap();
		const viewers = servers.map(
			({ url }) => new Viewer({ origin: () => url, headers: bearer(key), path: '/api/logs/stream?after=0' })
		);
		onTestFinished(() => viewers.forEach((viewer) => viewer.close()));
		await Promise.all(viewers.map((viewer) => viewer.opened()));

		const headers = bearer(key);
		const senders = servers.map(
			({ url }, n) =>
				new Sender({ origin: () => url, headers, name: `line ${n}:`, perSecond: 50, again: 'same key' })
		);
		const seqs = await Promise.all(senders.map((sender) => sender.acknowledges(100)));
		// Without its LISTEN connection a line would come with the safety check, every 15 s.
		await Promise.all(viewers.map((viewer) => viewer.reaches(Math.max(...seqs), 5_000)));
		await restart(1, 'SIGKILL');
		await Promise.all(senders.map((sender) => sender.acknowledges(20)));
		await Promise.all(senders.map((sender) => sender.stop()));
		const head = await headOf(first.url, key);
		for (const viewer of viewers) expectWhole(await viewer.reaches(head), senders, head);

		const found = await fetch(`${second.url}/api/logs?q=${encodeURIComponent('"line 1: 7"')}`, { headers });
		const { logs } = (await found.json()) as { logs: { message: string }[] };
		expect(logs.length).toBeGreaterThan(0);
		expect(logs.every(({ message }) => message.includes('line 1: 7'))).toBe(true);

		const old = Array.from({ length: 20 }, (_, n) => `old ${n}`);
		for (const message of old) await receive(sql, org.id, [line(message)], Date.now() - 2 * day);
		const unsealed = () => sql`
			SELECT 1 FROM log_chunks WHERE org_id = ${org.id} AND day = 'infinity' AND received_at < now() - interval '1 day'`;
		await expect.poll(unsealed, { timeout: 60_000 }).toEqual([]);
	});
});
