import { expect, onTestFailed, onTestFinished, test, vi } from 'vitest';
import type { Sql } from '../../src/lib/server/postgres/connect.ts';
import * as users from '../../src/lib/server/people/users.ts';
import { openAccounts } from '../support/people/people.ts';
import { testDatabase } from '../support/server/database.ts';
import { startServer, type Server } from '../support/server/server.ts';

vi.setConfig({ testTimeout: 120_000 });

/** A server is silent after 15 s, and loses its tasks then. */
const patience = { timeout: 60_000, interval: 100 };

async function open(count: number) {
	const database = await testDatabase();
	const env = { DATABASE_URL: database.url };
	const servers = await Promise.all(Array.from({ length: count }, () => startServer({ env })));
	onTestFailed(() => servers.forEach((server) => process.stderr.write(server.output())));
	onTestFinished(async () => {
		await Promise.all(servers.map((server) => server.stop()));
		await database.drop();
	});
	return { ...database, servers };
}

async function portsOf(sql: Sql): Promise<number[]> {
	const rows = await sql<{ address: string }[]>`SELECT address FROM instances`;
	return rows.map(({ address }) => Number(address.split(':').at(-1))).sort();
}

const sorted = (servers: readonly Server[]) => servers.map(({ port }) => port).sort();

/** Where the server is that does a task. */
async function holderOf(sql: Sql, task: string): Promise<number | undefined> {
	const [row] = await sql<{ address: string }[]>`
		SELECT i.address FROM upkeep_tasks t JOIN instances i ON i.id = t.holder WHERE t.name = ${task}`;
	return row && Number(row.address.split(':').at(-1));
}

/** The row of each server on /admin, as an instance admin without scripts sees it. */
async function shownOn(server: Server, sql: Sql): Promise<string[]> {
	const email = `admin-${server.port}@example.com`;
	const user = await users.create(sql, { email, name: 'Ada', passwordHash: 'none' });
	await sql`UPDATE users SET instance_admin = true WHERE email = ${email}`;
	const from = { address: null, userAgent: null };
	const { token } = await openAccounts(sql).sessions.create(user?.id ?? '', from);
	const headers = { cookie: `tailrace_session=${token}` };
	const page = await (await fetch(`${server.url}/admin`, { headers })).text();
	const table = /aria-label="Servers".*?<\/table>/s.exec(page)?.[0] ?? '';
	return [...table.matchAll(/<tr>.*?<\/tr>/gs)].slice(1).map(([row]) => row.replaceAll(/<[^>]*>|\s+/g, ' '));
}

test('a task of a server that is killed in its middle goes on elsewhere; administrators see who is gone', async () => {
	const { sql, servers } = await open(3);
	await expect.poll(() => portsOf(sql), patience).toEqual(sorted(servers));
	// Forgetting audit events waits for this table, for as long as the test holds it.
	const release = Promise.withResolvers<void>();
	const held = sql.begin(async (transaction) => {
		await transaction`LOCK TABLE audit_events IN SHARE MODE`;
		await sql`UPDATE upkeep_tasks SET due_at = now() WHERE name = 'expired sessions'`;
		await release.promise;
	});
	await expect.poll(() => holderOf(sql, 'expired sessions'), patience).toBeDefined();
	const first = await holderOf(sql, 'expired sessions');
	const killed = servers.find(({ port }) => port === first) as Server;
	await killed.kill('SIGKILL');
	await expect.poll(() => holderOf(sql, 'expired sessions'), patience).not.toBe(first);
	release.resolve();
	await held;
	const done = async () => {
		const [row] = await sql<{ done: boolean }[]>`
			SELECT holder IS NULL AND due_at > now() + interval '50 minutes' AS done
			FROM upkeep_tasks WHERE name = 'expired sessions'`;
		return row?.done;
	};
	await expect.poll(done, patience).toBe(true);

	const [other] = servers.filter((server) => server !== killed) as [Server];
	const rows = await shownOn(other, sql);
	expect(rows).toHaveLength(3);
	const silent = rows.filter((row) => row.includes('No report since'));
	expect(silent).toHaveLength(1);
	expect(silent[0]).toContain(`:${first}`);
	expect(rows.filter((row) => row.includes('up to date') && row.includes('0.1.0'))).toHaveLength(2);
});

test('a server that stops leaves the list and its tasks at once; what was silent for a day, or was replaced, is forgotten', async () => {
	const { sql, servers } = await open(2);
	await expect.poll(() => portsOf(sql), patience).toEqual(sorted(servers));
	const [stopping, staying] = servers as [Server, Server];
	await stopping.kill('SIGTERM');
	expect(await portsOf(sql)).toEqual([staying.port]);
	const [left] =
		await sql`SELECT FROM upkeep_tasks t WHERE NOT EXISTS (SELECT FROM instances i WHERE i.id = t.holder)
		AND t.holder IS NOT NULL`;
	expect(left).toBeUndefined();
	await sql`
		INSERT INTO instances (id, address, version, started_at, seen_at, streams, lines_per_second, behind_ms, clock_ms)
		SELECT gen_random_uuid(), 'gone:' || hours, '0.0.1', now() - interval '9 days', now() - hours * interval '1 hour', 1, 1, 1, 1
		FROM unnest(ARRAY[1, 23, 25]) AS silent (hours)`;
	const [own] = await sql<
		[{ id: string; address: string }]
	>`SELECT id, address FROM instances WHERE version <> '0.0.1'`;
	await sql`UPDATE instances SET address = ${own.address} WHERE address = 'gone:1'`;
	const others = () => sql`SELECT address FROM instances WHERE id <> ${own.id}`;
	await expect.poll(others, patience).toEqual([{ address: 'gone:23' }]);
});
