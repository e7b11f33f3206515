import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import type { Person } from '../../src/lib/server/audit/audit.ts';
import * as keys from '../../src/lib/server/access/keys.ts';
import { atOnce } from '../support/people/at-once.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { fill } from '../support/people/long-lists.ts';
import { firstPage } from '../support/people/people.ts';
import { Teams } from '../support/people/team.ts';

let database: TestDatabase;
let people: Accounts;
let org: string;
let owner: Person;
/** Another organization with as much, none of which is ever seen. */
let other: string;

beforeAll(async () => {
	database = await testDatabase();
	const teams = new Teams(database.sql);
	people = teams.people;
	({ org, owner } = await teams.team());
	({ org: other } = await teams.team());
	const counts = { members: 119, invitations: 60, keys: 120 };
	for (const id of [org, other]) await fill(database.sql, id, counts);
});
afterAll(() => database.drop());

/** How many there are on a page, where that is, and what the first and the last are called. */
function outlineOf(page: {
	items: { name?: string; email?: string }[];
	total: number;
	page: number;
	pages: number;
}) {
	const called = (item = page.items[0]) => (item?.name ?? item?.email)?.replace(/@.*/, '');
	const { total, page: number, pages } = page;
	return [page.items.length, `${number} of ${pages}`, total, called(), called(page.items.at(-1))];
}

describe('a list', () => {
	test('of members has 50 on a page, by name', async () => {
		const outline = async (page: number) => outlineOf(await people.members.list(org, { q: '', page }));
		expect(await outline(1)).toEqual([50, '1 of 3', 120, 'owner', 'Somebody No-049']);
		expect(await outline(2)).toEqual([50, '2 of 3', 120, 'Somebody No-050', 'Somebody No-099']);
		expect(await outline(3)).toEqual([20, '3 of 3', 120, 'Somebody No-100', 'Somebody No-119']);
	});

	test('of invitations and keys has 50 on a page, the newest first', async () => {
		const invitations = await people.invitations.list(org, { q: '', page: 2 });
		expect(outlineOf(invitations).slice(0, 3)).toEqual([10, '2 of 2', 60]);
		expect(outlineOf(await people.keys.list(org, firstPage))).toEqual([50, '1 of 3', 120, 'key 1', 'key 50']);
		expect(outlineOf(await people.keys.list(org, { q: '', page: 3 }))).toEqual([
			20,
			'3 of 3',
			120,
			'key 101',
			'key 120'
		]);
	});

	test('gives its last page for one after it, which was there until the last of its rows was removed', async () => {
		const wanted = { q: '', page: 4 };
		const lists = [people.members, people.invitations, people.keys];
		const pages = await Promise.all(lists.map(({ list }) => list(org, wanted)));
		expect(pages.map(({ page, pages, items }) => [page === pages, items.length])).toEqual([
			[true, 20],
			[true, 10],
			[true, 20]
		]);
		expect(await people.members.list(org, { q: 'nobody', page: 4 })).toEqual({
			items: [],
			total: 0,
			page: 1,
			pages: 1
		});
	});

	test.each(['SOMEBODY no-077', 'somebody-77@', '  77@    some  '])(
		'of members is searched for %j',
		async (q) =>
			expect(await people.members.list(org, { q, page: 1 })).toMatchObject({
				total: 1,
				items: [{ name: 'Somebody No-077' }]
			})
	);

	test('takes what is searched for as it was typed', async () => {
		for (const q of ['%', '_', '\\', "'"])
			expect((await people.members.list(org, { q, page: 1 })).total).toBe(0);
	});

	test('of keys is searched by name, beginning and maker, and of invitations by address', async () => {
		await keys.create(database.sql, org, owner, { name: 'ci', scopes: ['read'] });
		const found = async (q: string) =>
			(await people.keys.list(org, { q, page: 1 })).items.map(({ name }) => name);
		expect(await found('tr_000077')).toEqual(['key 77']);
		expect(await found('KEY 120')).toEqual(['key 120']);
		expect(await found(owner.name)).toEqual(['ci']);
		const invitations = await people.invitations.list(org, { q: 'guest-60@', page: 1 });
		expect(invitations).toMatchObject({ total: 1, items: [{ email: `guest-60@${org}.example` }] });
	});

	test('says who owns alone, on whichever page and whatever is searched for', async () => {
		const lastOwners = async (q: string) =>
			(await people.members.list(org, { q, page: 1 })).items.filter(({ isLastOwner }) => isLastOwner);
		expect(await lastOwners('owner')).toMatchObject([{ id: owner.id }]);
		await database.sql`
			UPDATE memberships SET role = 'owner' WHERE org_id = ${org} AND user_id = (
				SELECT id FROM users WHERE email = ${`somebody-119@${org}.example`})`;
		expect(await lastOwners('owner')).toEqual([]);
		expect(await lastOwners('no-119')).toEqual([]);
		await database.sql`UPDATE users SET suspended_at = now() WHERE id = ${owner.id}`;
		expect(await lastOwners('no-119')).toMatchObject([{ name: 'Somebody No-119' }]);
		await database.sql`UPDATE users SET suspended_at = NULL WHERE id = ${owner.id}`;
	});
});

test('an organization has at most 500 keys, also if two are made at the same instant', async () => {
	await database.sql`DELETE FROM api_keys WHERE org_id = ${org}`;
	await fill(database.sql, org, { keys: 499 });
	const make = () => people.keys.make(org, owner, { name: 'one more', scopes: ['read'] });
	const made = await atOnce(database.sql, org, make, make);
	expect(made.filter(({ ok }) => ok)).toHaveLength(1);
	expect(made).toContainEqual({
		ok: false,
		status: 409,
		faults: { form: 'An organization can have at most 500 keys. Revoke an unused one, then create this one.' }
	});
	expect((await people.keys.list(org, firstPage)).total).toBe(500);
	const [key] = (await people.keys.list(org, firstPage)).items;
	expect(await people.keys.revoke(org, owner, key?.id ?? '')).toEqual({ ok: true });
	expect(await make()).toMatchObject({ ok: true });
});
