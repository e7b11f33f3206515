import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { NewEntry } from '../../src/lib/log/entry.ts';
import { logStore, type LogStore } from '../../src/lib/server/logs/store.ts';
import { connections, inFlight, LogWriter } from '../../src/lib/server/logs/writer.ts';
import { connect, type Sql } from '../../src/lib/server/postgres/connect.ts';
import { testDatabase } from '../support/server/database.ts';
import { makeTenant } from '../support/people/tenants.ts';
import { linesOf } from '../support/logs/lines.ts';

let sql: Sql;
let store: LogStore;
let writer: LogWriter;
/** How many lines each commit had. */
let commits: number[];

beforeEach(async () => {
	const database = await testDatabase();
	const own = connect(database.url, { max: connections });
	onTestFinished(() => own.end().then(() => database.drop()));
	sql = database.sql;
	store = logStore(sql);
	commits = [];
	const committed = (lines: number) => void commits.push(lines);
	writer = new LogWriter({ sql: own, store, log: pino({ level: 'silent' }), committed });
});

function request(org: string, messages: string[], changed: Partial<NewEntry> = {}) {
	const empty = { time: null, severity: 9, service: 'api', host: null, trace_id: null, span_id: null };
	const entries = messages.map((message) => ({ ...empty, message, attributes: '{}', ...changed }));
	const report = { accepted: entries.length, rejected: 0 };
	return { org, entries, report, bytes: 100 * entries.length, idempotencyKey: null };
}

/**
 * The requests as they go together in one transaction: while somebody else holds the head, the writer's own transactions
 * are taken up by a line each, and everything else waits.
 */
async function together(org: string, requests: ReturnType<typeof request>[]) {
	const first = Array.from({ length: inFlight }, (_, index) => request(org, [`before ${index}`]));
	const settled = await sql.begin(async (lock) => {
		await lock`SELECT 1 FROM log_heads WHERE org_id = ${org} FOR UPDATE`;
		return { of: [...first, ...requests].map((each) => writer.append(each)) };
	});
	return (await Promise.all(settled.of)).slice(inFlight);
}

const stored = (org: string) => linesOf(sql, org);

test('requests that wait at the same time are committed together', async () => {
	const { org } = await makeTenant(sql);
	await together(org, [request(org, ['a', 'b']), request(org, ['c'])]);
	// Which of those that wait for the head gets it first is PostgreSQL's to say.
	expect(commits.toSorted((a, b) => a - b)).toEqual([1, 1, 3]);
});

test.each([
	['a service that PostgreSQL cannot hold', { service: 'a\0b' }],
	['a time beyond all calendars', { time: 1e300 }]
])('a request with %s is refused alone', async (_, poison) => {
	const { org } = await makeTenant(sql);
	const requests = Array.from({ length: 20 }, (_, index) => request(org, [`${index} a`, `${index} b`]));
	requests[7] = request(org, ['poisoned', 'beside it'], poison);
	const outcomes = await together(org, requests);

	expect(outcomes.map(({ kind }) => kind)).toEqual(
		requests.map((_, index) => (index === 7 ? 'refused' : 'stored'))
	);
	const all = await stored(org);
	expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1));
	outcomes.forEach((outcome, index) => {
		if (outcome.kind !== 'stored') return;
		const { first_seq, last_seq } = outcome.answer;
		const own = all.slice(first_seq - 1, last_seq).map(({ message }) => message);
		expect(own).toEqual([`${index} a`, `${index} b`]);
	});
	// Which of the transactions that wait for a head gets it first is PostgreSQL's to say; the requests keep their order.
	const sent = requests.flatMap(({ entries }, index) => (index === 7 ? [] : entries));
	const lines = all.filter(({ message }) => !message.startsWith('before'));
	expect(lines.map(({ message }) => message)).toEqual(sent.map(({ message }) => message));
});

test('a request of an organization that is gone is refused alone', async () => {
	const [mine, other] = [await makeTenant(sql), await makeTenant(sql)];
	const outcomes = await together(mine.org, [
		request(mine.org, ['mine']),
		request(randomUUID(), ['nobody’s']),
		request(other.org, ['theirs'])
	]);
	expect(outcomes.map(({ kind }) => kind)).toEqual(['stored', 'gone', 'stored']);
	expect((await stored(mine.org)).map(({ message }) => message)).toContain('mine');
	expect((await stored(other.org)).map(({ message }) => message)).toEqual(['theirs']);
});
