import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { User } from '../../src/lib/server/people/users.ts';
import { membershipOf } from '../../src/routes/(app)/[org]/membership.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { openAccounts, signUp } from '../support/people/people.ts';
import { queriesMade } from '../support/logs/queries-made.ts';

let database: TestDatabase;
let user: User;
beforeAll(async () => {
	database = await testDatabase();
	({ user } = await signUp(openAccounts(database.sql), 'ada'));
});
afterAll(() => database.drop());

/** What the two layouts and the page of a settings page ask within one request. */
async function threeAsk(method: string): Promise<string[]> {
	return queriesMade(database.url, async (sql) => {
		const url = new URL('http://localhost/ada-co/settings/keys');
		const locals = { app: { sql }, user } as unknown as App.Locals;
		const event = { locals, params: { org: 'ada-co' }, url, request: new Request(url, { method }) };
		const asked = [membershipOf(event), membershipOf(event, 'settings'), membershipOf(event, 'keys')];
		for (const { role } of await Promise.all(asked)) expect(role).toBe('owner');
	});
}

describe('who somebody is in an organization', () => {
	test('is read once for a page, however many of its parts ask', async () => {
		expect(await threeAsk('GET')).toHaveLength(1);
	});

	test('is read anew when a form is answered with the page, which may have changed it', async () => {
		expect(await threeAsk('POST')).toHaveLength(3);
	});
});
