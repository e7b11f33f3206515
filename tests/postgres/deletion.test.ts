import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import * as purge from '../../src/lib/server/logs/purge.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { atOnce, waiting } from '../support/people/at-once.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { Teams } from '../support/people/team.ts';
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

const refused = (status: number) => ({ ok: false, status, faults: expect.anything() });

describe('deleting an organization', () => {
	test('takes everything of it that is small at once, and nothing of another', async () => {
		const [mine, theirs] = [await teams.team(['member']), await teams.team(['member'])];
		for (const { org, owner } of [mine, theirs]) {
			await people.keys.make(org, owner, { name: 'k', scopes: ['write'] });
			await teams.invite(org, owner, `${randomUUID()}@example.com`);
			await people.settings.move(org, owner, `moved-${org}`.slice(0, 40));
			await people.organizations.remember(owner.id, org);
			await rows.fill(org, 10);
		}
		const tables = ['memberships', 'api_keys', 'invitations', 'old_slugs', 'log_heads'];
		const counts = (org: string) => Promise.all(tables.map((table) => rows.count(table, org)));
		const before = await counts(theirs.org);
		expect(await counts(mine.org)).toEqual([2, 1, 1, 1, 1]);

		expect(await people.deletion.remove(mine.org, mine.owner, ' Mill ')).toEqual({ ok: true });
		await purge.apply(database.sql);

		expect(await counts(mine.org)).toEqual([0, 0, 0, 0, 0]);
		expect(await rows.lines(mine.org)).toBe(0);
		expect(await rows.count('idempotency_keys', mine.org)).toBe(0);
		expect(await people.organizations.lastOf(mine.owner.id)).toBeNull();
		expect(await counts(theirs.org)).toEqual(before);
		expect(await rows.lines(theirs.org)).toBe(10);
		expect(await rows.count('idempotency_keys', theirs.org)).toBe(10);
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
		expect(await rows.count('organizations', org, 'id')).toBe(1);
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
		expect(await rows.count('organizations', org, 'id')).toBe(transferred.ok ? 1 : 0);
	});

	test('leaves nobody who looks at it at that moment with a fault', async () => {
		const { org, owner } = await teams.team();
		const remembering = await transact(database.sql, async (transaction) => {
			await transaction`DELETE FROM organizations WHERE id = ${org}`;
			const remember = people.organizations.remember(owner.id, org);
			await expect.poll(() => waiting(database.sql), { interval: 5, timeout: 10_000 }).toBe(1);
			return { remember };
		});
		await remembering.remember;
		expect(await people.organizations.lastOf(owner.id)).toBeNull();
	});
});
