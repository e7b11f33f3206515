import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import type { Person } from '../../src/lib/server/audit/audit.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { openAccounts } from '../support/people/people.ts';
import { Teams } from '../support/people/team.ts';

let database: TestDatabase;
let teams: Teams;
let people: Accounts;

beforeAll(async () => {
	database = await testDatabase();
	teams = new Teams(database.sql);
	people = teams.people;
	await teams.person(); // the first user, who is instance admin
});
afterAll(() => database.drop());

const refused = { ok: false, status: 403, faults: { form: expect.any(String) } };

async function setAdmin({ id }: Person, is: boolean): Promise<void> {
	await database.sql`UPDATE users SET instance_admin = ${is} WHERE id = ${id}`;
}

test('a new organization is made by instance admins only, unless sign-up is open', async () => {
	const actor = await teams.person();
	const open = openAccounts(database.sql, { signUp: 'open' });
	expect(await people.newOrganizations.mayMake(actor.id)).toBe(false);
	expect(await people.newOrganizations.make(actor, 'Mine')).toEqual(refused);
	expect(await people.organizations.ofUser(actor.id)).toEqual([]);
	const asAnybody = await open.newOrganizations.make(actor, 'Mine too');
	await setAdmin(actor, true);
	const made = [await people.newOrganizations.make(actor, 'Mine'), asAnybody];
	expect(made).toMatchObject([{ ok: true }, { ok: true }]);
	await setAdmin(actor, false);
	expect(await people.newOrganizations.make(actor, 'Mine again')).toEqual(refused);
	const owned = await people.organizations.ofUser(actor.id);
	expect(owned.map(({ org, role }) => [org.name, role])).toEqual([
		['Mine', 'owner'],
		['Mine too', 'owner']
	]);
});

test('a new organization is one of twenty an hour at most', async () => {
	const actor = await teams.person();
	await setAdmin(actor, true);
	for (let n = 0; n < 20; n++)
		expect(await people.newOrganizations.make(actor, `Many ${n}`)).toMatchObject({ ok: true });
	const limited = await people.newOrganizations.make(actor, 'Too many');
	expect(limited).toMatchObject({ ok: false, status: 429, retryAfterS: expect.any(Number) });
});
