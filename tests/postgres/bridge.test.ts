import { setImmediate as nextTurn } from 'node:timers/promises';
import pino from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { bus } from '../../src/lib/server/bus/bus.ts';
import { PostgresBridge } from '../../src/lib/server/bus/postgres.ts';
import * as safety from '../../src/lib/server/tail/safety-check.ts';
import { sse } from '../../src/lib/server/stream/sse.ts';
import { Tails } from '../../src/lib/server/tail/tails.ts';
import { logSource, orgOf, topicOf, type Line } from '../../src/lib/server/logs/source.ts';
import { logStore } from '../../src/lib/server/logs/store.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { detour } from '../support/server/detour.ts';
import { line, makeOrganization } from '../support/logs/lines.ts';
import { Socket } from '../support/logs/stream.ts';

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

/** A bridge, and the topics it has woken so far. */
function bridged(url = database.url, hasEcho = false) {
	const woken: string[] = [];
	let look = () => {};
	const wake = (topic: string) => {
		woken.push(topic);
		look();
	};
	const bridge = new PostgresBridge(url, { wake, log: pino({ level: 'silent' }), hasEcho });
	onTestFinished(() => bridge.close());
	/** Resolves when so many wake-ups have come, with all of them. */
	const wakeUps = (count: number) =>
		new Promise<string[]>((resolve) => {
			look = () => woken.length >= count && resolve([...woken]);
			look();
		});
	return { bridge, woken, wakeUps };
}

const notify = (...channels: string[]) =>
	database.sql.begin(async (transaction) => {
		for (const channel of channels) await transaction`SELECT pg_notify(${channel}, '')`;
	});

async function terminate(): Promise<number> {
	const terminated = await database.sql`
		SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
		WHERE application_name = 'tailrace listener' AND datname = current_database()`;
	return terminated.count;
}

test('a topic is woken when its LISTEN takes hold, and then by each notification', async () => {
	const { bridge, wakeUps } = bridged();
	expect(bridge.listening).toBe(true);
	bridge.listen('logs:a');
	expect(bridge.listening).toBe(false);
	expect(await wakeUps(1)).toEqual(['logs:a']);
	expect(bridge.listening).toBe(true);
	await notify('logs_a', 'logs_other', 'logs_a');
	await notify('logs_a');
	expect(await wakeUps(3)).toEqual(['logs:a', 'logs:a', 'logs:a']); // PostgreSQL makes one of equal ones
});

test('where a notification may come too early, its topic is woken once more', async () => {
	const { bridge, woken, wakeUps } = bridged(database.url, true);
	bridge.listen('logs:a');
	await wakeUps(1);
	for (const after of [3, 5]) {
		await notify('logs_a');
		await wakeUps(after);
		expect(woken).toHaveLength(after);
	}
});

test('after its backend was terminated it listens again, and wakes every topic for what it may have missed', async () => {
	const { bridge, wakeUps } = bridged();
	bridge.listen('logs:a');
	bridge.listen('logs:b');
	await wakeUps(2);
	expect(await terminate()).toBe(1);
	expect((await wakeUps(4)).slice(2).sort()).toEqual(['logs:a', 'logs:b']);
	await notify('logs_b');
	expect((await wakeUps(5)).at(-1)).toBe('logs:b');
});

test('it comes back when PostgreSQL has been away, however often it tried in vain', async () => {
	const way = await detour(database.url);
	onTestFinished(way.close);
	const { bridge, wakeUps } = bridged(way.url);
	bridge.listen('logs:a');
	await wakeUps(1);
	way.cut();
	await way.refused(5);
	expect(bridge.listening).toBe(false);
	way.mend();
	await wakeUps(2);
	expect(bridge.listening).toBe(true);
});

test('it is connected while a LISTEN is in flight, not while it is cut off or gets no answer', async () => {
	const way = await detour(database.url);
	onTestFinished(way.close);
	const { bridge, wakeUps } = bridged(way.url);
	bridge.listen('logs:a');
	expect(bridge.connected).toBe(false); // nothing has answered yet
	await wakeUps(1);
	bridge.listen('logs:b');
	expect([bridge.listening, bridge.connected]).toEqual([false, true]);
	await wakeUps(2);

	way.cut();
	await way.refused(1);
	expect(bridge.connected).toBe(false);
	way.mend();
	await wakeUps(4);
	expect(bridge.connected).toBe(true);

	way.freeze();
	vi.useFakeTimers({ toFake: ['performance'] });
	onTestFinished(() => void vi.useRealTimers());
	bridge.listen('logs:c');
	await nextTurn(); // it may have been at the end of its round
	vi.advanceTimersByTime(1_999);
	expect(bridge.connected).toBe(true);
	vi.advanceTimersByTime(1);
	expect(bridge.connected).toBe(false);
	way.thaw();
	await wakeUps(5);
	expect(bridge.connected).toBe(true);
});

test('a topic that nobody wants any more wakes nobody, also after the connection was lost', async () => {
	const { bridge, wakeUps } = bridged();
	bridge.listen('logs:a');
	bridge.listen('logs:b');
	await wakeUps(2);
	bridge.unlisten('logs:a');
	bridge.listen('logs:c'); // its LISTEN goes the same way after the UNLISTEN
	await wakeUps(3);
	await notify('logs_a', 'logs_b');
	expect((await wakeUps(4)).slice(2)).toEqual(['logs:c', 'logs:b']);

	await terminate();
	expect((await wakeUps(6)).slice(4).sort()).toEqual(['logs:b', 'logs:c']);
	await notify('logs_a', 'logs_c');
	expect((await wakeUps(7)).at(-1)).toBe('logs:c');
});

test('whatever is wanted and unwanted in a moment, the last word holds', async () => {
	const { bridge, wakeUps } = bridged();
	for (let turn = 0; turn < 50; turn++) {
		bridge.listen('logs:a');
		bridge.listen('logs:b');
		bridge.unlisten('logs:a');
	}
	await wakeUps(1);
	bridge.listen('logs:a');
	bridge.listen('logs:z');
	const before = await wakeUps(3);
	expect(bridge.listening).toBe(true);
	await notify('logs_a', 'logs_b');
	expect((await wakeUps(before.length + 2)).slice(before.length)).toEqual(['logs:a', 'logs:b']);
});

test('a line whose notification was lost is found by the safety check, counted and delivered', async () => {
	const { sql } = database;
	const org = await makeOrganization(sql);
	const store = logStore(sql);
	const append = (message: string) =>
		transact(sql, (transaction) => store.append(org, [line(message)], transaction));

	const bridge = new PostgresBridge(database.url, {
		wake: (topic) => wakes.wake(topic),
		log: pino({ level: 'silent' })
	});
	const wakes = bus(bridge);
	const failed = (error: unknown) => expect.fail(String(error));
	const sourceOf = (topic: string) => logSource(store, orgOf(topic), () => {});
	const tails = new Tails<Line>(wakes, sourceOf, { sent() {}, failed });
	onTestFinished(async () => {
		tails.close();
		await bridge.close();
	});
	const headsOf = async (topics: string[]) => {
		const heads = await store.heads(topics.map(orgOf));
		return new Map([...heads].map(([id, head]) => [topicOf(id), head]));
	};
	const check = () => safety.check(tails, headsOf, wakes.wake);

	const socket = new Socket();
	const view = { key: '', matches: () => true, format: sse(({ json }: Line) => json), window: null };
	await tails.join(topicOf(org), view, socket.sink, 0);
	await append('heard');
	await socket.until((text) => text.includes('"heard"'));
	expect(await check()).toBe(0);

	await sql`CREATE SCHEMA silent`;
	await sql`CREATE FUNCTION silent.pg_notify(text, text) RETURNS void LANGUAGE sql AS ''`;
	await transact(sql, async (transaction) => {
		await transaction`SET LOCAL search_path = silent, public, pg_catalog`;
		await store.append(org, [line('not heard')], transaction);
	});
	expect(await check()).toBe(1);
	expect(await socket.until((text) => text.includes('"not heard"'))).toContain('id: 2\n');
	expect(await check()).toBe(0);
});
