import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Accounts } from '../../src/lib/server/accounts/accounts.ts';
import type { Person } from '../../src/lib/server/accounts/audit/audit.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { openAccounts } from '../support/people.ts';
import { Teams } from '../support/team.ts';

let database: TestDatabase;
let teams: Teams;
let people: Accounts;

beforeAll(async () => {
	database = await testDatabase();
	teams = new Teams(database.sql);
	people = teams.people;
});
afterAll(() => database.drop());

const refused = { ok: false, status: 403, faults: { form: expect.any(String) } };
const user = ({ id, name }: Person, instanceAdmin = false) => ({ id, email: name, name: '', instanceAdmin });

test('a new organization is made by instance admins only, unless sign-up is open', async () => {
	const actor = await teams.person();
	const open = openAccounts(database.sql, { signUp: 'open' });
	expect(await people.newOrganizations.mayMake(user(actor))).toBe(false);
	expect(await people.newOrganizations.make(user(actor), 'Mine', actor)).toEqual(refused);
	expect(await people.organizations.ofUser(actor.id)).toEqual([]);
	const made = [
		await people.newOrganizations.make(user(actor, true), 'Mine', actor),
		await open.newOrganizations.make(user(actor), 'Mine too', actor)
	];
	expect(made).toMatchObject([{ ok: true }, { ok: true }]);
	const owned = await people.organizations.ofUser(actor.id);
	expect(owned.map(({ org, role }) => [org.name, role])).toEqual([
		['Mine', 'owner'],
		['Mine too', 'owner']
	]);
});

test('a new organization is one of twenty an hour at most', async () => {
	const actor = await teams.person();
	for (let n = 0; n < 20; n++)
		expect(await people.newOrganizations.make(user(actor, true), `Many ${n}`, actor)).toMatchObject({
			ok: true
		});
	const limited = await people.newOrganizations.make(user(actor, true), 'Too many', actor);
	expect(limited).toMatchObject({ ok: false, status: 429, retryAfterS: expect.any(Number) });
});
