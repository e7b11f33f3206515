import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect as connectTo } from 'node:net';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { Chunk } from '../../src/lib/server/logs/chunks/chunk.ts';
import { chunksOf } from '../../src/lib/server/logs/entries.ts';
import { insertOf } from '../../src/lib/server/logs/insert.ts';
import { settle } from '../../src/lib/server/logs/settle.ts';
import { connect, type Sql } from '../../src/lib/server/postgres/connect.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { line, receive } from '../support/logs/lines.ts';
import { isCluster, testDatabase } from '../support/server/database.ts';
import { makeTenant } from '../support/people/tenants.ts';

const log = pino({ level: 'silent' });
const answers = [{ accepted: 1, rejected: 0, first_seq: 1, last_seq: 1 }];

async function open() {
	const { sql, url, drop } = await testDatabase();
	onTestFinished(drop);
	return { sql, url, ...(await makeTenant(sql)) };
}

/** What a commit of the organization's first line knows of itself. */
function pending(org: string, append_id: string) {
	const chunk = { org, first_seq: 1, append_id, arrived: Date.now() };
	return { done: new Promise<never>(() => {}), pending: () => ({ answers, chunk }) };
}

/** Writes the organization's first line; gives the id of the append. */
async function writeLine({ sql, org }: Awaited<ReturnType<typeof open>>): Promise<string> {
	await receive(sql, org, [line('hi')]);
	const [chunk] = await sql<[{ append_id: string }]>`SELECT append_id FROM log_chunks WHERE org_id = ${org}`;
	return chunk.append_id;
}

test('a commit whose answer was lost is acknowledged when its lines are there', async () => {
	const database = await open();
	const id = await writeLine(database);
	expect(await settle(database.sql, pending(database.org, id), log)).toEqual(answers);
});

test('a commit that was undone is not acknowledged when another got its number', async () => {
	const database = await open();
	await writeLine(database);
	expect(await settle(database.sql, pending(database.org, randomUUID()), log)).toBe('away');
});

test('a commit that was undone is not acknowledged while nobody has its number', async () => {
	const { sql, org } = await open();
	expect(await settle(sql, pending(org, randomUUID()), log)).toBe('away');
});

test.skipIf(isCluster)('a commit is waited for as long as it is in doubt', async () => {
	const { sql, org } = await open();
	const id = randomUUID();
	const written = Promise.withResolvers<void>();
	const commit = Promise.withResolvers<void>();
	const committing = transact(sql, async (transaction) => {
		const [chunk] = await chunksOf([line('hi')], Date.now());
		const insert = await insertOf(sql);
		await insert(transaction, [{ org, chunks: [chunk as Chunk] }], { id, arrived: Date.now() });
		written.resolve();
		await commit.promise;
	});
	await written.promise;
	const settling = settle(sql, pending(org, id), log);
	await expect
		.poll(() => sql`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'log_heads'`)
		.toHaveLength(1);
	commit.resolve();
	await committing;
	expect(await settling).toEqual(answers);
});

test.skipIf(isCluster)('a transaction whose connection is cut fails, and nothing else', async () => {
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

test.skipIf(isCluster)(
	'a transaction whose connection is cut while it waits for something else sends nothing more',
	async () => {
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
	}
);

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
