import pino from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import type { Append } from '../../src/lib/server/logs/append.ts';
import * as purge from '../../src/lib/server/logs/purge.ts';
import { logStore } from '../../src/lib/server/logs/store.ts';
import { connections, LogWriter, type AppendOutcome } from '../../src/lib/server/logs/writer.ts';
import { connect } from '../../src/lib/server/postgres/connect.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { isCluster, testDatabase, type TestDatabase } from '../support/server/database.ts';
import { line } from '../support/logs/lines.ts';
import { Teams } from '../support/people/team.ts';
import { waiting } from '../support/people/at-once.ts';
import { OrganizationRows } from '../support/logs/organization-rows.ts';

let database: TestDatabase;
let teams: Teams;
let people: Accounts;
let rows: OrganizationRows;

beforeAll(async () => {
	database = await testDatabase();
	teams = new Teams(database.sql);
	people = teams.people;
	rows = new OrganizationRows(database.sql);
});
afterAll(() => database.drop());

/** A writer as the server has one. */
function writing(): LogWriter {
	const sql = connect(database.url, { max: connections });
	onTestFinished(() => sql.end({ timeout: 1 }));
	const log = pino({ level: 'silent' });
	return new LogWriter({ sql, store: logStore(sql), log, committed() {} });
}

const request = (org: string, message: string): Append => ({
	org,
	entries: [line(message)],
	report: { accepted: 1, rejected: 0 },
	bytes: 100,
	idempotencyKey: null
});

describe('an append at that moment', () => {
	test.skipIf(isCluster)('is waited for or refused; no line outlives the purge', async () => {
		const { org, owner } = await teams.team();
		const store = logStore(database.sql);
		let deleted: Promise<unknown> = Promise.resolve();
		let later: Promise<AppendOutcome> = Promise.resolve({ kind: 'full' });
		const writer = writing();
		await transact(database.sql, async (transaction) => {
			await store.append(org, [line('in time')], transaction);
			deleted = people.deletion.remove(org, owner, 'Mill');
			await expect.poll(() => waiting(database.sql), { interval: 5, timeout: 10_000 }).toBe(1);
			later = writer.append(request(org, 'too late'));
			await expect.poll(() => waiting(database.sql), { interval: 5, timeout: 10_000 }).toBe(2);
		});
		expect(await deleted).toEqual({ ok: true });
		// Which of the two that wait for the head gets it first is PostgreSQL's to say.
		const { kind } = await later;
		expect(['gone', 'stored']).toContain(kind);
		expect(await rows.lines(org)).toBe(kind === 'gone' ? 1 : 2);
		expect(await writer.append(request(org, 'later still'))).toEqual({ kind: 'gone' });
		await purge.apply(database.sql);
		expect(await rows.lines(org)).toBe(0);
	});

	test('costs other organizations of the same commit no line, and no second try of each', async () => {
		const [mine, theirs, third] = [await teams.team(), await teams.team(), await teams.team()];
		const writer = writing();
		const appends = [];
		for (let index = 0; index < 300; index++) {
			const org = [mine, theirs, third][index % 3]!.org;
			appends.push(writer.append(request(org, `${index}`)));
		}
		const [outcomes] = await Promise.all([
			Promise.all(appends),
			people.deletion.remove(mine.org, mine.owner, 'Mill')
		]);
		const of = (at: number) => new Set(outcomes.filter((_, i) => i % 3 === at).map(({ kind }) => kind));
		expect(of(1)).toEqual(new Set(['stored']));
		expect(of(2)).toEqual(new Set(['stored']));
		expect([...of(0)].filter((kind) => kind !== 'stored' && kind !== 'gone')).toEqual([]);
		expect(await writer.append(request(mine.org, 'after'))).toEqual({ kind: 'gone' });
		expect(writer.queuedBytes).toBe(0);

		const whole = await Promise.all(
			Array.from({ length: 90 }, (_, i) => writer.append(request(i % 2 ? theirs.org : mine.org, `${i}`)))
		);
		expect(whole.map(({ kind }) => kind)).toEqual(Array.from(whole, (_, i) => (i % 2 ? 'stored' : 'gone')));
	});

	test('of many writers leaves no line behind, however they fall', async () => {
		const writers = [writing(), writing()];
		for (let round = 0; round < 5; round++) {
			const { org, owner } = await teams.team();
			let ended = false;
			const senders = writers.map(async (writer) => {
				for (let index = 0; !ended; index++) {
					const { kind } = await writer.append(request(org, `${index}`));
					if (kind === 'gone') return;
					expect(kind).toBe('stored');
				}
			});
			await expect.poll(() => rows.lines(org), { interval: 5 }).toBeGreaterThan(5);
			expect(await people.deletion.remove(org, owner, 'Mill')).toEqual({ ok: true });
			await purge.apply(database.sql);
			expect(await rows.purgedAt(org)).not.toBeNull();
			await Promise.all(senders);
			ended = true;
			expect(await rows.lines(org)).toBe(0);
		}
	});
});
