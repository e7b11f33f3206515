import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import type { Append } from '../../src/lib/server/logs/append.ts';
import * as purge from '../../src/lib/server/logs/purge.ts';
import { logStore } from '../../src/lib/server/logs/store.ts';
import { inFlight, LogWriter, type AppendOutcome } from '../../src/lib/server/logs/writer.ts';
import { connect } from '../../src/lib/server/postgres/connect.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { atOnce } from '../support/people/at-once.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { line } from '../support/logs/lines.ts';
import { Teams } from '../support/people/team.ts';

let database: TestDatabase;
let teams: Teams;
let people: Accounts;

beforeAll(async () => {
	database = await testDatabase();
	teams = new Teams(database.sql);
	people = teams.people;
});
afterAll(() => database.drop());

const refused = (status: number) => ({ ok: false, status, faults: expect.anything() });

/** How many rows a table has of an organization. */
async function count(table: string, org: string, column = 'org_id'): Promise<number> {
	const { sql } = database;
	const [row] = await sql`SELECT count(*) AS count FROM ${sql(table)} WHERE ${sql(column)} = ${org}`;
	return row?.count;
}

/** Lines, as a database with a past has them: spread over the days for which there are partitions. */
async function fill(org: string, lines: number): Promise<void> {
	await database.sql`
		INSERT INTO logs (org_id, seq, received_at, time, severity, service, message, attributes)
		SELECT ${org}, n, now() + n % 5 * interval '1 day', now(), 9, 'web', 'line ' || n, '{}'
		FROM generate_series(1, ${lines}) AS n`;
	await database.sql`UPDATE log_heads SET seq = ${lines} WHERE org_id = ${org}`;
	await database.sql`
		INSERT INTO idempotency_keys (org_id, key, answer) SELECT ${org}, 'key ' || n, '{}' FROM generate_series(1, 10) AS n`;
}

async function purgedAt(org: string): Promise<Date | null | undefined> {
	const [row] = await database.sql`SELECT purged_at FROM deleted_organizations WHERE id = ${org}`;
	return row?.purged_at;
}

/** A writer as the server has one. */
function writing(): LogWriter {
	const sql = connect(database.url, { max: inFlight });
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

async function waiting(): Promise<number> {
	const [row] = await database.sql<{ count: number }[]>`
		SELECT count(*)::int AS count FROM pg_stat_activity
		WHERE datname = current_database() AND wait_event_type = 'Lock'`;
	return row?.count ?? 0;
}

describe('deleting an organization', () => {
	test('takes everything of it that is small at once, and nothing of another', async () => {
		const [mine, theirs] = [await teams.team(['member']), await teams.team(['member'])];
		for (const { org, owner } of [mine, theirs]) {
			await people.keys.make(org, owner, { name: 'k', scopes: ['write'] });
			await teams.invite(org, owner, `${randomUUID()}@example.com`);
			await people.settings.move(org, owner, `moved-${org}`.slice(0, 40));
			await people.organizations.remember(owner.id, org);
			await fill(org, 10);
		}
		const tables = ['memberships', 'api_keys', 'invitations', 'old_slugs', 'log_heads'];
		const counts = (org: string) => Promise.all(tables.map((table) => count(table, org)));
		const before = await counts(theirs.org);
		expect(await counts(mine.org)).toEqual([2, 1, 1, 1, 1]);

		expect(await people.deletion.remove(mine.org, mine.owner, ' Mill ')).toEqual({ ok: true });
		await purge.apply(database.sql);

		expect(await counts(mine.org)).toEqual([0, 0, 0, 0, 0]);
		expect(await count('logs', mine.org)).toBe(0);
		expect(await count('idempotency_keys', mine.org)).toBe(0);
		expect(await people.organizations.lastOf(mine.owner.id)).toBeNull();
		expect(await counts(theirs.org)).toEqual(before);
		expect(await count('logs', theirs.org)).toBe(10);
		expect(await count('idempotency_keys', theirs.org)).toBe(10);
		expect(await people.deletion.among([mine.org, theirs.org])).toEqual([mine.org]);
		expect(await teams.audited(mine.org, 'deleted the organization')).toEqual([
			{
				actor: mine.owner.name,
				target: 'Mill',
				details: { slug: `moved-${mine.org}`.slice(0, 40) }
			}
		]);
	});

	test('needs its name, and an owner', async () => {
		const { org, owner, admin } = await teams.team(['admin'], 'Mühle  & Co');
		const { owner: other } = await teams.team();
		for (const name of ['', 'mühle  & co', 'Mühle & Co', 'Mühle  & Co.'])
			expect(await people.deletion.remove(org, owner, name)).toEqual(refused(400));
		for (const actor of [admin, other])
			expect(await people.deletion.remove(org, actor, 'Mühle  & Co')).toEqual(refused(403));
		expect(await people.deletion.remove(randomUUID(), owner, 'Mill')).toEqual(refused(404));
		expect(await count('organizations', org, 'id')).toBe(1);
		expect(await people.deletion.among([org])).toEqual([]);
		expect(await teams.audited(org, 'deleted the organization')).toEqual([]);

		const decomposed = 'Mühle  & Co'.normalize('NFD');
		expect(await people.deletion.remove(org, owner, decomposed)).toEqual({ ok: true });
	});

	test('by two owners at the same instant is done once', async () => {
		const { org, owner } = await teams.team();
		const second = await teams.member(org, 'owner');
		const results = await atOnce(
			database.sql,
			org,
			() => people.deletion.remove(org, owner, 'Mill'),
			() => people.deletion.remove(org, second, 'Mill')
		);
		expect(results.map(({ ok }) => ok).sort()).toEqual([false, true]);
		expect(await teams.audited(org, 'deleted the organization')).toHaveLength(1);
	});

	test('is refused to who hands on the ownership at the same instant, unless it came first', async () => {
		const { org, owner, member } = await teams.team(['member']);
		const [transferred, deleted] = await atOnce(
			database.sql,
			org,
			() => people.ownership.transfer(org, owner, member.name),
			() => people.deletion.remove(org, owner, 'Mill')
		);
		expect([transferred.ok, deleted.ok].sort()).toEqual([false, true]);
		expect(await count('organizations', org, 'id')).toBe(transferred.ok ? 1 : 0);
	});

	test('leaves nobody who looks at it at that moment with a fault', async () => {
		const { org, owner } = await teams.team();
		const remembering = await transact(database.sql, async (transaction) => {
			await transaction`DELETE FROM organizations WHERE id = ${org}`;
			const remember = people.organizations.remember(owner.id, org);
			await expect.poll(waiting, { interval: 5, timeout: 10_000 }).toBe(1);
			return { remember };
		});
		await remembering.remember;
		expect(await people.organizations.lastOf(owner.id)).toBeNull();
	});
});

describe('an append at that moment', () => {
	test('is waited for or refused; no line outlives the purge', async () => {
		const { org, owner } = await teams.team();
		const store = logStore(database.sql);
		let deleted: Promise<unknown> = Promise.resolve();
		let later: Promise<AppendOutcome> = Promise.resolve({ kind: 'full' });
		const writer = writing();
		await transact(database.sql, async (transaction) => {
			await store.append(org, [line('in time')], transaction);
			deleted = people.deletion.remove(org, owner, 'Mill');
			await expect.poll(waiting, { interval: 5, timeout: 10_000 }).toBe(1);
			later = writer.append(request(org, 'too late'));
			await expect.poll(waiting, { interval: 5, timeout: 10_000 }).toBe(2);
		});
		expect(await deleted).toEqual({ ok: true });
		// Which of the two that wait for the head gets it first is PostgreSQL's to say.
		const { kind } = await later;
		expect(['gone', 'stored']).toContain(kind);
		expect(await count('logs', org)).toBe(kind === 'gone' ? 1 : 2);
		expect(await writer.append(request(org, 'later still'))).toEqual({ kind: 'gone' });
		await purge.apply(database.sql);
		expect(await count('logs', org)).toBe(0);
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
			await expect.poll(() => count('logs', org), { interval: 5 }).toBeGreaterThan(5);
			expect(await people.deletion.remove(org, owner, 'Mill')).toEqual({ ok: true });
			await purge.apply(database.sql);
			expect(await purgedAt(org)).not.toBeNull();
			await Promise.all(senders);
			ended = true;
			expect(await count('logs', org)).toBe(0);
		}
	});
});

describe('the purge', () => {
	const deleteOrganization = async (lines: number) => {
		const { org, owner } = await teams.team();
		await fill(org, lines);
		await people.deletion.remove(org, owner, 'Mill');
		return org;
	};
	/** Stops before the batch of this number. */
	const stopAt = (batch: number) => {
		let asked = 0;
		return {
			get aborted() {
				return ++asked >= batch;
			}
		} as AbortSignal;
	};

	test('goes in batches, can stop between any two of them, and is taken up by whoever comes', async () => {
		const { org: other } = await teams.team();
		await fill(other, 10);
		const org = await deleteOrganization(12_000);
		await purge.apply(database.sql, stopAt(2));
		expect(await count('logs', org)).toBe(7_000);
		expect(await purgedAt(org)).toBeNull();

		await Promise.all([purge.apply(database.sql), purge.apply(database.sql), purge.apply(database.sql)]);
		await purge.apply(database.sql); // the others leave to the first what it holds
		expect(await count('logs', org)).toBe(0);
		expect(await count('idempotency_keys', org)).toBe(0);
		expect(await purgedAt(org)).toBeInstanceOf(Date);
		expect(await count('logs', other)).toBe(10);
		expect(await count('idempotency_keys', other)).toBe(10);
	});

	test('of several organizations is shared by instances', async () => {
		const orgs = await Promise.all([1, 2, 3, 4].map(() => deleteOrganization(6_000)));
		await Promise.all([purge.apply(database.sql), purge.apply(database.sql)]);
		await purge.apply(database.sql);
		for (const org of orgs) {
			expect(await count('logs', org)).toBe(0);
			expect(await purgedAt(org)).toBeInstanceOf(Date);
		}
	});

	test('is not taken for done while somebody else deletes the same lines and may yet fail', async () => {
		const org = await deleteOrganization(10);
		let purging: Promise<void> = Promise.resolve();
		const undone = transact(database.sql, async (transaction) => {
			await transaction`DELETE FROM logs WHERE org_id = ${org} AND seq > 5`;
			purging = purge.apply(database.sql);
			await expect.poll(waiting, { interval: 5, timeout: 10_000 }).toBe(1);
			throw new Error('undone');
		});
		await expect(undone).rejects.toThrow('undone');
		await purging;
		expect(await count('logs', org)).toBe(0);
		expect(await purgedAt(org)).toBeInstanceOf(Date);
	});

	test('does nothing to who is not deleted', async () => {
		const { org } = await teams.team();
		await fill(org, 10);
		await purge.apply(database.sql);
		expect(await count('logs', org)).toBe(10);
		expect(await purgedAt(org)).toBeUndefined();
	});
});
