import pino from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { NewEntry } from '../../src/lib/log/entry.ts';
import type { Append } from '../../src/lib/server/logs/append.ts';
import * as idempotency from '../../src/lib/server/logs/idempotency.ts';
import { logStore } from '../../src/lib/server/logs/store.ts';
import { connections, inFlight, largeBytes, LogWriter } from '../../src/lib/server/logs/writer.ts';
import { connect } from '../../src/lib/server/postgres/connect.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { detour } from '../support/server/detour.ts';
import { line, makeOrganization } from '../support/logs/lines.ts';

const mebi = 1024 * 1024;

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

const newOrganization = () => makeOrganization(database.sql);

/** A writer as the server has one, and the sizes of its transactions in lines. */
function writing(url = database.url, prepare = true) {
	const sql = connect(url, { max: connections, prepare });
	onTestFinished(() => sql.end({ timeout: 1 }));
	const commits: number[] = [];
	const committed = (lines: number) => void commits.push(lines);
	const log = pino({ level: 'silent' });
	return { writer: new LogWriter({ sql, store: logStore(sql), log, committed }), commits };
}

function request(org: string, entries: NewEntry[], options: Partial<Append> = {}): Append {
	const report = { accepted: entries.length, rejected: 0 };
	return { org, entries, report, bytes: 100 * entries.length, idempotencyKey: null, ...options };
}

async function stored(org: string): Promise<string[]> {
	const { items } = await logStore(database.sql).after(org, 0, 10_000);
	expect(items.map(({ seq }) => seq)).toEqual(items.map((_, index) => index + 1));
	return items.map(({ entry }) => entry.message);
}

const poison: NewEntry = { ...line('poison'), service: 'a\0b' };

describe('group commit', () => {
	test('writes what waits together, and answers each request with its own numbers', async () => {
		const { writer, commits } = writing();
		const orgs = await Promise.all([newOrganization(), newOrganization()]);
		const requests = Array.from({ length: 60 }, (_, index) =>
			request(
				orgs[index % 2]!,
				Array.from({ length: 1 + (index % 3) }, (_, at) => line(`${index}/${at}`))
			)
		);
		const outcomes = await Promise.all(requests.map((one) => writer.append(one)));
		expect(commits.length).toBeLessThan(10);
		expect(commits.reduce((sum, lines) => sum + lines, 0)).toBe(120);
		for (const org of orgs) {
			const messages = await stored(org);
			requests.forEach(({ org: own, entries }, index) => {
				const outcome = outcomes[index];
				if (own !== org || outcome?.kind !== 'stored') return expect(outcome?.kind).toBe('stored');
				const { first_seq, last_seq } = outcome.answer;
				expect(messages.slice(first_seq - 1, last_seq)).toEqual(entries.map(({ message }) => message));
			});
			expect(messages).toHaveLength(60);
		}
	});

	test('keeps the order in which the requests of one sender came', async () => {
		const { writer } = writing();
		const org = await newOrganization();
		for (let index = 0; index < 20; index++) await writer.append(request(org, [line(`${index}`)]));
		expect(await stored(org)).toEqual(Array.from({ length: 20 }, (_, index) => `${index}`));
	});

	test('keeps no small request waiting for the flood of another organization', async () => {
		const { writer } = writing();
		const [flooding, calm] = [await newOrganization(), await newOrganization()];
		const large = () => writer.append(request(flooding, [line('large')], { bytes: largeBytes }));
		const held = await database.sql.begin(async (lock) => {
			await lock`SELECT 1 FROM log_heads WHERE org_id = ${flooding} FOR UPDATE`;
			const floods = Array.from({ length: 2 * inFlight }, large);
			const own = writer.append(request(flooding, [line('small')]));
			expect(await writer.append(request(calm, [line('calm')]))).toMatchObject({ kind: 'stored' });
			return { of: [...floods, own] };
		});
		for (const outcome of await Promise.all(held.of)) expect(outcome.kind).toBe('stored');
		expect((await stored(flooding)).indexOf('small')).toBeGreaterThan(inFlight); // with the large ones that waited
		expect(await writer.append(request(flooding, [line('later')]))).toMatchObject({ kind: 'stored' });
	});

	test('of two instances on many organizations neither deadlocks nor leaves a hole', async () => {
		const writers = [writing().writer, writing().writer];
		const orgs = await Promise.all(Array.from({ length: 20 }, newOrganization));
		const outcomes = await Promise.all(
			Array.from({ length: 600 }, (_, index) =>
				writers[index % 2]!.append(request(orgs[(index * 7) % 20]!, [line(`${index}`), line('second')]))
			)
		);
		expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['stored']));
		for (const org of orgs) expect(await stored(org)).toHaveLength(60);
	});

	test('is idle when all it has taken is settled', async () => {
		const { writer } = writing();
		const org = await newOrganization();
		await writer.idle();
		const settled: number[] = [];
		for (let index = 0; index < 5; index++) {
			void writer.append(request(org, [line('a')])).then(() => settled.push(index));
		}
		await writer.idle();
		expect(await stored(org)).toHaveLength(5);
		expect(writer.queuedBytes).toBe(0);
	});
});

describe('a request that PostgreSQL refuses', () => {
	test('costs no other request a line', async () => {
		const { writer } = writing();
		const [org, other] = [await newOrganization(), await newOrganization()];
		const nobody = '018f0000-0000-7000-8000-000000000000';
		const outcomes = await Promise.all(
			Array.from({ length: 30 }, (_, index) => {
				if (index === 11) return writer.append(request(org, [line('beside it'), poison]));
				if (index === 17) return writer.append(request(nobody, [line('to nobody')]));
				return writer.append(request(index % 2 ? org : other, [line(`${index}`)]));
			})
		);
		expect(outcomes.map(({ kind }) => kind)).toEqual(
			Array.from(outcomes, (_, index) => ({ 11: 'refused', 17: 'gone' })[index] ?? 'stored')
		);
		expect(await stored(org)).toHaveLength(13);
		expect(await stored(other)).toHaveLength(15);
	});

	test('leaves its Idempotency-Key free', async () => {
		const { writer } = writing();
		const org = await newOrganization();
		const key = { idempotencyKey: 'k' };
		expect(await writer.append(request(org, [poison], key))).toEqual({ kind: 'refused' });
		expect(await writer.append(request(org, [line('better')], key))).toMatchObject({ kind: 'stored' });
	});
});

describe('a full queue', () => {
	test('takes nothing more until there is room, and what it refuses is not stored', async () => {
		const { writer } = writing();
		const org = await newOrganization();
		const first = writer.append(request(org, [line('first')], { bytes: 40 * mebi }));
		expect(writer.queuedBytes).toBe(40 * mebi);
		expect([writer.isFull(24 * mebi), writer.isFull(25 * mebi)]).toEqual([false, true]);
		expect(await writer.append(request(org, [line('too much')], { bytes: 25 * mebi }))).toEqual({
			kind: 'full'
		});
		expect(await first).toMatchObject({ kind: 'stored' });
		const next = await writer.append(request(org, [line('next')], { bytes: 25 * mebi }));
		expect(next).toMatchObject({ kind: 'stored', answer: { first_seq: 2 } });
		expect(await stored(org)).toEqual(['first', 'next']);
	});
});

describe('when the connection breaks', () => {
	async function onDetour() {
		const way = await detour(database.url);
		onTestFinished(way.close);
		// Not prepared, so that a COMMIT can be told from what else is on its way.
		return { way, ...writing(way.url, false), org: await newOrganization() };
	}

	test('before anything was sent nothing is stored, and the writer works again when PostgreSQL is back', async () => {
		const { way, writer, org } = await onDetour();
		way.cut();
		expect(await writer.append(request(org, [line('lost')]))).toEqual({ kind: 'away' });
		way.mend();
		expect(await writer.append(request(org, [line('kept')]))).toMatchObject({ kind: 'stored' });
		expect(await stored(org)).toEqual(['kept']);
	});

	test('on the way of the COMMIT nothing is stored, and the answer says so', async () => {
		const { way, writer, org } = await onDetour();
		await writer.append(request(org, [line('before')]));
		const lost = way.loseNext('commit');
		expect(await writer.append(request(org, [line('lost')]))).toEqual({ kind: 'away' });
		await lost;
		expect(await stored(org)).toEqual(['before']);
	});

	test('after the COMMIT, before its answer, the lines are stored, and the answer says so', async () => {
		const { way, writer, org } = await onDetour();
		await writer.append(request(org, [line('before')]));
		const lost = way.loseNext('answer');
		expect(await writer.append(request(org, [line('one'), line('two')]))).toEqual({
			kind: 'stored',
			answer: { accepted: 2, rejected: 0, first_seq: 2, last_seq: 3 }
		});
		await lost;
		expect(await stored(org)).toEqual(['before', 'one', 'two']);
	});
});

describe('an Idempotency-Key', () => {
	const keyed = (org: string, message: string) => request(org, [line(message)], { idempotencyKey: 'k' });

	test('holds for requests that are written together, one after the other, and by two instances at once', async () => {
		const [here, there] = [writing().writer, writing().writer];
		const org = await newOrganization();
		const outcomes = await Promise.all(
			Array.from({ length: 40 }, (_, index) => (index % 2 ? here : there).append(keyed(org, `${index}`)))
		);
		outcomes.push(await here.append(keyed(org, 'later')));
		expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
		expect(await stored(org)).toHaveLength(1);
	});

	test('is forgotten after 24 hours, and not before', async () => {
		const { writer } = writing();
		const [org, other] = [await newOrganization(), await newOrganization()];
		const age = (id: string, hours: string) => database.sql`
			UPDATE idempotency_keys SET created_at = now() - ${hours}::interval WHERE org_id = ${id}`;
		await writer.append(keyed(org, 'first'));
		await writer.append(keyed(other, 'first'));
		await age(org, '24 hours 1 second');
		await age(other, '23 hours 59 minutes');
		expect(await writer.append(keyed(org, 'again'))).toMatchObject({ answer: { first_seq: 2 } });
		expect(await writer.append(keyed(other, 'again'))).toMatchObject({ answer: { first_seq: 1 } });

		await age(org, '25 hours');
		expect(await idempotency.forgetOld(database.sql)).toBe(1);
		expect(await writer.append(keyed(other, 'again'))).toMatchObject({ answer: { first_seq: 1 } });
	});
});
