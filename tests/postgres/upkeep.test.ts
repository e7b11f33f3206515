import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import * as turns from '../../src/lib/server/instances/turns.ts';
import { Upkeep } from '../../src/lib/server/instances/upkeep.ts';
import type { Sql } from '../../src/lib/server/postgres/connect.ts';
import { testDatabase } from '../support/server/database.ts';

const log = pino({ level: 'silent' });
const minute = 60_000;
/** Short, but longer than a busy machine may stand still. */
const leaseMs = 3_000;

async function open(): Promise<Sql> {
	const { sql, drop } = await testDatabase();
	onTestFinished(drop);
	return sql;
}

/** A task that runs until it is told to end, on whichever server. */
function slowTask() {
	const begun: string[] = [];
	const ends = new Map<string, PromiseWithResolvers<void>>();
	const waiting = new Set<() => void>();
	const of = (holder: string) => ({
		name: 'slow',
		everyMs: 60 * minute,
		run() {
			const end = Promise.withResolvers<void>();
			ends.set(holder, end);
			begun.push(holder);
			for (const look of waiting) look();
			return end.promise;
		}
	});
	/** Resolves when it has begun for the n-th time. */
	const began = (times: number) =>
		new Promise<void>((resolve) => {
			const look = () => begun.length >= times && resolve();
			waiting.add(look);
			look();
		});
	return { begun, ends, began, of };
}

/** A server's share of the upkeep, which looks often and is given up soon. */
function server(sql: Sql, task: ReturnType<typeof slowTask>, holder: string = randomUUID()): Upkeep {
	const upkeep = new Upkeep({ sql, holder, tasks: [task.of(holder)], log, lookMs: 20, leaseMs });
	upkeep.start();
	onTestFinished(() => upkeep.stop());
	return upkeep;
}

async function rowOf(sql: Sql) {
	const [row] = await sql<{ holder: string | null; until: string; dueInMs: number }[]>`
		SELECT holder, due_at::text AS until, (extract(epoch FROM due_at - clock_timestamp()) * 1000)::float8 AS "dueInMs"
		FROM upkeep_tasks WHERE name = 'slow'`;
	return row;
}

test('of three servers one does a task, for as long as it takes, and then none does until it is due again', async () => {
	const [sql, task] = [await open(), slowTask()];
	const servers = [server(sql, task), server(sql, task), server(sql, task)];
	expect(servers).toHaveLength(3);
	await task.began(1);
	const [first] = task.begun as [string];
	const leases = new Set<string>();
	// Each ends later than the one before it: five are longer than the first alone.
	while (leases.size < 5) leases.add((await rowOf(sql))?.until ?? '');
	expect(task.begun).toEqual([first]);
	task.ends.get(first)?.resolve();
	await expect.poll(async () => (await rowOf(sql))?.holder).toBeNull();
	expect((await rowOf(sql))?.dueInMs).toBeGreaterThan(59 * minute);
	expect(task.begun).toEqual([first]);
});

test('a task of a server that is not heard from goes on elsewhere once its lease has ended', async () => {
	const [sql, task] = [await open(), slowTask()];
	const dead = randomUUID();
	expect(await turns.take(sql, 'slow', dead, 500)).toBe(true);
	const alive = randomUUID();
	server(sql, task, alive);
	await task.began(1);
	expect((await rowOf(sql))?.holder).toBe(alive);
	expect(await turns.keep(sql, 'slow', dead, 300)).toBe(false);
	await turns.giveBack(sql, 'slow', dead, 0);
	expect((await rowOf(sql))?.holder).toBe(alive);
});

test('a task of a server that stops goes on elsewhere at once', async () => {
	const [sql, task] = [await open(), slowTask()];
	const stopping = new Upkeep({
		sql,
		holder: 'c0ffee00-0000-4000-8000-000000000000',
		tasks: [task.of('stopping')],
		log,
		lookMs: 20,
		leaseMs: 60 * minute
	});
	stopping.start();
	await task.began(1);
	server(sql, task);
	await stopping.stop();
	await task.began(2);
	expect(task.begun).toHaveLength(2);
});

test('a failed task is due again within a minute, on any server', async () => {
	const [sql, task] = [await open(), slowTask()];
	server(sql, task);
	await task.began(1);
	task.ends.get(task.begun[0] as string)?.reject(new Error('it failed'));
	await expect.poll(async () => (await rowOf(sql))?.holder).toBeNull();
	const due = (await rowOf(sql))?.dueInMs;
	expect(due).toBeGreaterThan(50_000);
	expect(due).toBeLessThanOrEqual(minute);
});

test.each([-5, 5])('a server whose clock is %i minutes off takes no task from another', async (minutes) => {
	const [sql, task] = [await open(), slowTask()];
	expect(await turns.take(sql, 'slow', randomUUID(), 2_000)).toBe(true);
	vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * minute });
	onTestFinished(() => void vi.useRealTimers());
	const taken = (await rowOf(sql))?.dueInMs;
	expect(taken).toBeGreaterThan(0);
	server(sql, task);
	expect(await turns.due(sql, ['slow'])).toEqual([]);
	expect(task.begun).toEqual([]);
	await task.began(1);
	expect((await rowOf(sql))?.dueInMs).toBeLessThan(leaseMs + 1);
});

test('two servers that look at the same moment: one takes the task', async () => {
	const sql = await open();
	const holders = Array.from({ length: 10 }, () => randomUUID());
	for (let round = 0; round < 5; round++) {
		const taken = await Promise.all(
			holders.map((holder) => turns.take(sql, `task ${round}`, holder, 60_000))
		);
		expect(taken.filter(Boolean)).toHaveLength(1);
	}
});
