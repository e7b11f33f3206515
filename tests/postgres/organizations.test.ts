import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { createOrganization, openAccounts, signUp } from '../support/people/people.ts';

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

describe('organizations', () => {
	test('of one name made at the same instant get slugs of their own', async () => {
		const people = openAccounts(database.sql);
		const { user } = await signUp(people, 'hans');
		const made = await Promise.all([1, 2, 3].map(() => createOrganization(database.sql, user.id, 'Twins')));
		expect(made.map(({ slug }) => slug).sort()).toEqual(['twins', 'twins-2', 'twins-3']);
		expect((await people.organizations.ofUser(user.id)).map(({ org }) => org.slug).sort()).toEqual([
			'hans-co',
			'twins',
			'twins-2',
			'twins-3'
		]);
	});

	test('are many to one person, who comes back to the one looked at last, as long as it is theirs', async () => {
		const people = openAccounts(database.sql);
		const { user, org } = await signUp(people, 'lars');
		const other = await createOrganization(database.sql, user.id, 'Another of Lars');
		expect(await people.organizations.lastOf(user.id)).toBe(other.slug); // the first by name
		await people.organizations.remember(user.id, org.id);
		expect(await people.organizations.lastOf(user.id)).toBe(org.slug);
		await database.sql`UPDATE organizations SET suspended_at = now() WHERE id = ${org.id}`;
		expect(await people.organizations.lastOf(user.id)).toBe(other.slug);
		await database.sql`UPDATE organizations SET suspended_at = null WHERE id = ${org.id}`;
		await database.sql`DELETE FROM memberships WHERE user_id = ${user.id} AND org_id = ${org.id}`;
		expect(await people.organizations.lastOf(user.id)).toBe(other.slug);
	});

	test('are not made with the name of a page', async () => {
		const { user } = await signUp(openAccounts(database.sql), 'ida');
		await expect(createOrganization(database.sql, user.id, 'Sign-in')).rejects.toThrow('Sign-in');
	});

	test('of others are not there', async () => {
		const people = openAccounts(database.sql);
		const [jens, kai] = [await signUp(people, 'jens'), await signUp(people, 'kai')];
		expect(await people.organizations.find(jens.user.id, kai.org.slug)).toBeNull();
		expect(await people.organizations.find(jens.user.id, 'a\u0000b')).toBeNull();
		expect((await people.organizations.ofUser(jens.user.id)).map(({ org }) => org.id)).toEqual([jens.org.id]);
	});
});
