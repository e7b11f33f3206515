import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect as connectTo } from 'node:net';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { settle } from '../../src/lib/server/logs/settle.ts';
import { connect, type Sql } from '../../src/lib/server/postgres/connect.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { testDatabase } from '../support/server/database.ts';
import { makeTenant } from '../support/people/tenants.ts';

const log = pino({ level: 'silent' });
const answers = [{ accepted: 1, rejected: 0, first_seq: 1, last_seq: 1 }];

async function open() {
	const { sql, url, drop } = await testDatabase();
	onTestFinished(drop);
	return { sql, url, ...(await makeTenant(sql)) };
}

/** Writes the organization's first line; gives the id of the transaction and the times just before and after it. */
async function writeLine({ sql, org }: Awaited<ReturnType<typeof open>>) {
	const [before] = await sql<[{ now: string }]>`SELECT clock_timestamp()::text AS now`;
	const [written] = await sql<[{ xid: string; after: string }]>`
		WITH written AS (SELECT append_logs(${org}, '{null}', '{9}', '{api}', '{null}', '{hi}', '{"{}"}', '{null}', '{null}'))
		SELECT pg_current_xact_id()::text AS xid, clock_timestamp()::text AS after FROM written`;
	return { before: before.now, ...written };
}

const settled = (
	sql: Parameters<typeof settle>[0],
	xid: string,
	line: { org: string; seq: number; until: string }
) => settle(sql, { done: new Promise<never>(() => {}), pending: () => ({ xid, answers, line }) }, log);

test('a commit whose answer was lost is acknowledged when its line is there', async () => {
	const database = await open();
	const { xid, after } = await writeLine(database);
	expect(await settled(database.sql, xid, { org: database.org, seq: 1, until: after })).toEqual(answers);
});

test('a commit that a crash undid is not acknowledged when another got its id and its number', async () => {
	const database = await open();
	const { xid, before } = await writeLine(database);
	expect(await settled(database.sql, xid, { org: database.org, seq: 1, until: before })).toBe('away');
});

test('a commit that a crash undid is not acknowledged before its id is given out again', async () => {
	const { sql, org } = await open();
	const [{ next }] = await sql<
		[{ next: string }]
	>`SELECT (pg_current_xact_id()::text::bigint + 1000)::text AS next`;
	expect(await settled(sql, next, { org, seq: 1, until: 'infinity' })).toBe('away');
});

test('a transaction whose connection is cut fails, and nothing else', async () => {
	const { sql, url } = await open();
	const own = connect(url, { max: 1 });
	onTestFinished(() => own.end({ timeout: 0 }));
	const running = transact(own, async (transaction) => {
		const [{ pid }] = await transaction<[{ pid: number }]>`SELECT pg_backend_pid() AS pid`;
		await Promise.all([transaction`SELECT pg_sleep(60)`, sql`SELECT pg_terminate_backend(${pid})`]);
	});
	await expect(running).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
	await expect.poll(() => own`SELECT 1 AS works`).toEqual([{ works: 1 }]);
});

test('a transaction whose connection is cut while it waits for something else sends nothing more', async () => {
	const { sql, url } = await open();
	const own = connect(url, { max: 1 });
	onTestFinished(() => own.end({ timeout: 0 }));
	const endings: ((transaction: Sql) => Promise<unknown>)[] = [
		() => Promise.resolve('done'),
		() => Promise.reject(new Error('changed my mind')),
		(transaction) => transaction`SELECT 1`,
		(transaction) => transaction.unsafe('SELECT 1')
	];
	for (const end of endings) {
		const cut = Promise.withResolvers<void>();
		const ended = Promise.withResolvers<void>();
		const running = transact(own, async (transaction) => {
			const [{ pid }] = await transaction<[{ pid: number }]>`SELECT pg_backend_pid() AS pid`;
			await sql`SELECT pg_terminate_backend(${pid})`;
			await cut.promise;
			try {
				return await end(transaction);
			} finally {
				ended.resolve();
			}
		});
		await expect(running).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
		// Somebody else has a transaction on the connection that took its place: no COMMIT or ROLLBACK may reach it.
		const other = await transact(own, async (transaction) => {
			const begun = await transaction`SELECT pg_current_xact_id()::text AS xid`;
			cut.resolve();
			await ended.promise;
			await transaction`SELECT pg_sleep(0.01)`;
			return [begun, await transaction`SELECT pg_current_xact_id()::text AS xid`];
		});
		expect(other[1]).toEqual(other[0]);
	}
});

test('a transaction that fails with an error of a file or of another socket is rolled back', async () => {
	const { sql, org } = await open();
	const failures: (() => Promise<unknown>)[] = [
		() => readFile('/nowhere/at/all'),
		() => once(connectTo(1, '127.0.0.1'), 'connect'),
		() => Promise.reject(Object.assign(new Error('of another pool'), { code: 'CONNECTION_ENDED' }))
	];
	for (const [index, fail] of failures.entries()) {
		const running = transact(sql, async (transaction) => {
			await transaction`UPDATE log_heads SET seq = 7 WHERE org_id = ${org}`;
			await fail();
		});
		const code = ['ENOENT', 'ECONNREFUSED', 'CONNECTION_ENDED'][index];
		await expect(running).rejects.toMatchObject({ code });
		expect(await sql`SELECT seq FROM log_heads`).toEqual([{ seq: 0 }]);
	}
});

test('a transaction that fails by itself is rolled back, and its connection goes on', async () => {
	const { sql, org } = await open();
	const running = transact(sql, async (transaction) => {
		await transaction`UPDATE log_heads SET seq = 7 WHERE org_id = ${org}`;
		throw new Error('changed my mind');
	});
	await expect(running).rejects.toThrow('changed my mind');
	expect(await sql`SELECT seq FROM log_heads`).toEqual([{ seq: 0 }]);
});
