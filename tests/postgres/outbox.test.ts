import { version } from 'uuid';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Courier, type CourierOptions } from '../../src/lib/server/outbox/courier.ts';
import { backoff, Undeliverable, type Outbox } from '../../src/lib/server/outbox/delivery.ts';
import { postgresOutbox, put } from '../../src/lib/server/outbox/postgres.ts';
import { SqliteOutbox } from '../../src/lib/server/outbox/sqlite.ts';
import { now } from '../../src/lib/server/postgres/now.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { keepTold } from '../support/logs/deliveries.ts';
import { DeployScene } from '../support/deploys/deploy-scene.ts';

let database: TestDatabase;
const scene = new DeployScene();
let kinds = 0;
beforeAll(async () => void (database = await testDatabase()));
afterAll(async () => {
	scene.end();
	await database.drop();
});

interface Place {
	/** Another view of the same outbox, as another instance or the next start has it. */
	open(): Outbox<string>;
	put(lane: string, text: string): Promise<void>;
}

const places: Record<string, () => Place> = {
	PostgreSQL() {
		const kind = `test ${kinds++}`;
		const delivery = { kind, delayMs: 0, lifeMs: null };
		return {
			open: () => postgresOutbox<string>(database.sql, kind),
			put: async (lane, payload) => void (await put(database.sql, { ...delivery, lane, payload }))
		};
	},
	SQLite() {
		const kind = `test ${kinds++}`;
		const outbox = new SqliteOutbox<string>(scene.sqlite, kind);
		return {
			open: () => new SqliteOutbox<string>(scene.sqlite, kind),
			put: async (lane, payload) => outbox.put(lane, payload)
		};
	}
};

type Deliver = (payload: string, id: string) => Promise<void>;

/** A courier that tries again at once, and what it is told. */
function courier(outbox: Outbox<string>, deliver: Deliver, options: Partial<CourierOptions<string>> = {}) {
	const kept = keepTold();
	const made = new Courier<string>({
		outbox,
		deliver: ({ payload, id }) => deliver(payload, id),
		watch: kept.watch,
		most: 4,
		backoff: () => 1,
		leaseMs: 60_000,
		...options
	});
	onTestFinished(() => made.close());
	return { courier: made, ...kept };
}

const never = () => new Promise<void>(() => {});

describe.each(Object.keys(places))('an outbox in %s', (name) => {
	const open = () => (places[name] as () => Place)();

	test('is delivered in the order of each lane, also when a delivery has to be tried again', async () => {
		const place = open();
		for (const text of ['a1', 'a2', 'a3']) await place.put('a', text);
		await place.put('b', 'b1');
		const delivered: string[] = [];
		let failures = 0;
		const { courier: one, until } = courier(place.open(), async (text) => {
			if (text === 'a1' && failures++ < 3) throw new Error('away');
			delivered.push(text);
		});
		await one.look();
		await until('delivered', 4);
		expect(delivered.filter((text) => text.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
		expect(failures).toBe(4);
		await one.close();
		expect(await place.open().size()).toBe(0);
	});

	test('goes on with other lanes while one hangs and one fails', async () => {
		const place = open();
		await place.put('hangs', 'hangs');
		await place.put('fails', 'fails');
		for (let n = 0; n < 20; n++) await place.put(`fine ${n % 3}`, `${n}`);
		const delivered: string[] = [];
		const { courier: one, until } = courier(place.open(), async (text) => {
			if (text === 'hangs') return never();
			if (text === 'fails') throw new Error('no');
			delivered.push(text);
		});
		await one.look();
		await until('delivered', 20);
		expect(delivered).toHaveLength(20);
		await one.close([], 1);
	});

	test('is shared by two instances: each delivery is made once', async () => {
		const place = open();
		for (let n = 0; n < 60; n++) await place.put(`${n % 7}`, `${n}`);
		const delivered: string[] = [];
		const deliver = async (text: string) => void delivered.push(text);
		const [one, other] = [courier(place.open(), deliver), courier(place.open(), deliver)];
		await Promise.all([one.courier.look(), other.courier.look()]);
		while ((await place.open().size()) > 0) await Promise.all([one.courier.look(), other.courier.look()]);
		expect(delivered.toSorted()).toEqual(Array.from({ length: 60 }, (_, n) => `${n}`).toSorted());
	});

	test('gives what a crash interrupted to whoever looks first when the lease is over, with the same id', async () => {
		const place = open();
		await place.put('a', 'text');
		const ids: string[] = [];
		const crashed = place.open();
		ids.push(...(await crashed.claim(1, 500)).map(({ id }) => id));
		expect(await place.open().claim(1, 500)).toEqual([]);
		const { courier: next, until } = courier(place.open(), async (_, id) => void ids.push(id));
		while (ids.length < 2) await next.look();
		await until('delivered');
		expect(ids[1]).toBe(ids[0]);
	});

	test('is not held up for good by a delivery that never ends: its lease makes it a failure', async () => {
		const place = open();
		await place.put('a', 'text');
		let tries = 0;
		const deliver = () => (++tries === 1 ? never() : Promise.resolve());
		const { courier: one, until, told } = courier(place.open(), deliver, { leaseMs: 20 });
		await one.look();
		await until('delivered');
		expect(told).toEqual(['postponed', 'delivered']);
	});

	test('gives up what no try can help, and goes on behind it', async () => {
		const place = open();
		await place.put('a', 'bad');
		await place.put('a', 'good');
		const {
			courier: one,
			until,
			told
		} = courier(place.open(), async (text) => {
			if (text === 'bad') throw new Undeliverable('nobody there');
		});
		await one.look();
		await until('delivered');
		expect(told).toEqual(['dropped', 'delivered']);
	});

	test('delivers nothing twice when it could not be told that it was delivered', async () => {
		const place = open();
		await place.put('a', 'text');
		const outbox = place.open();
		let [isAway, deliveries] = [true, 0];
		const failures: unknown[] = [];
		const kept = keepTold((error) => void failures.push(error));
		const one = new Courier<string>({
			outbox: {
				claim: (...asked) => outbox.claim(...asked),
				remove: async (id) => (isAway ? Promise.reject(new Error('away')) : outbox.remove(id)),
				postpone: (...asked) => outbox.postpone(...asked),
				size: () => outbox.size()
			},
			deliver: async () => void deliveries++,
			watch: kept.watch,
			most: 1,
			backoff: () => 1,
			leaseMs: 20
		});
		while (failures.length === 0) await one.look();
		isAway = false;
		while ((await outbox.size()) > 0) await one.look();
		await one.close();
		expect(deliveries).toBe(1);
	});
});

test('deliveries that two servers put in are numbered by PostgreSQL’s clock, not by theirs', async () => {
	const delivery = { kind: `test ${kinds++}`, lane: 'one', payload: '', delayMs: 0, lifeMs: null };
	const ids: string[] = [];
	for (const minutesOff of [5, 0, -5, 5]) {
		const off = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + minutesOff * 60_000);
		ids.push(await put(database.sql, delivery));
		off.mockRestore();
	}
	expect(ids).toEqual(ids.toSorted());
	expect(new Set(ids.map(version))).toEqual(new Set([7]));
	const age = (await now(database.sql)) - Number.parseInt(ids[0]?.replace('-', '').slice(0, 12) ?? '', 16);
	expect(age).toBeGreaterThanOrEqual(0);
	expect(age).toBeLessThan(60_000);
});

test('what has expired is given up', async () => {
	const kind = `test ${kinds++}`;
	await put(database.sql, { kind, lane: null, payload: 'late', delayMs: 0, lifeMs: 0 });
	const {
		courier: one,
		until,
		told
	} = courier(postgresOutbox<string>(database.sql, kind), async () => expect.fail('it was delivered'));
	await one.look();
	await until('dropped');
	expect(told).toEqual(['dropped']);
});

test('a wait doubles up to its bound, and no two are alike', () => {
	const wait = backoff(1_000, 60_000);
	for (const [attempt, most] of [
		[1, 1_000],
		[2, 2_000],
		[5, 16_000],
		[7, 60_000],
		[4_000, 60_000]
	] as const) {
		const waits = Array.from({ length: 50 }, () => wait(attempt));
		expect(Math.min(...waits)).toBeGreaterThanOrEqual(most / 2);
		expect(Math.max(...waits)).toBeLessThanOrEqual(most);
		expect(new Set(waits).size).toBeGreaterThan(1);
	}
});
