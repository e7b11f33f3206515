import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operator, type Person } from '../../src/lib/server/audit/audit.ts';
import * as keys from '../../src/lib/server/access/keys.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { firstPage, openAccounts, signUp } from '../support/people/people.ts';

let database: TestDatabase;
let org: string;
/** The organization's owner. */
let owner: Person;

beforeAll(async () => {
	database = await testDatabase();
	const ada = await signUp(openAccounts(database.sql), 'ada');
	org = ada.org.id;
	owner = { ...operator, id: ada.user.id, name: ada.user.email };
});
afterAll(() => database.drop());

const create = () => keys.create(database.sql, org, operator, { name: 'a key', scopes: ['write', 'read'] });

test('a key is found by itself alone, with its organization and scopes', async () => {
	const { id, key } = await create();
	expect(key).toMatch(/^tr_[\w-]{43}$/);
	expect(await keys.find(database.sql, key)).toEqual({
		id,
		org,
		slug: expect.any(String),
		scopes: ['write', 'read'],
		isSuspended: false,
		expiresAt: null,
		watchedUntil: null
	});
	for (const wrong of ['', 'tr_', key.slice(0, -1), `${key}x`, `tr_${'a'.repeat(43)}`, 'tr_\u0000'])
		expect(await keys.find(database.sql, wrong)).toBeNull();
});

test('of a key the database holds the first characters and a digest', async () => {
	const { id, key } = await create();
	const [row] = await database.sql`SELECT * FROM api_keys WHERE id = ${id}`;
	expect(JSON.stringify(row)).not.toContain(key);
	expect(row?.prefix).toBe(key.slice(0, 9));
});

describe('the list', () => {
	test('shows the keys of one organization, the newest first, with who made each and until when it lasts', async () => {
		const people = openAccounts(database.sql);
		const { org, user } = await signUp(people, 'lister');
		const actor = { ...operator, id: user.id, name: user.email };
		const expiresAt = new Date(Date.now() + 60_000);
		const { id } = await keys.create(database.sql, org.id, actor, {
			name: 'ci',
			scopes: ['read'],
			expiresAt
		});
		await signUp(people, 'somebody-else');
		const [key, first, ...rest] = (await people.keys.list(org.id, firstPage)).items;
		expect(key).toEqual({
			id,
			name: 'ci',
			prefix: expect.stringMatching(/^tr_[\w-]{6}$/),
			scopes: ['read'],
			createdAt: expect.any(Date),
			createdBy: 'lister',
			expiresAt,
			isExpired: false,
			lastUse: null
		});
		expect(first).toMatchObject({ scopes: ['write', 'read'], expiresAt: null });
		expect(rest).toEqual([]);
		expect(await people.keys.get(org.id, id)).toEqual(key);
	});

	test('says which have expired, and keeps those of people who are gone', async () => {
		const people = openAccounts(database.sql);
		const { org, user } = await signUp(people, 'leaver');
		const actor = { ...operator, id: user.id, name: user.email };
		const expiresAt = new Date(Date.now() - 1000);
		const { id } = await keys.create(database.sql, org.id, actor, {
			name: 'old',
			scopes: ['read'],
			expiresAt
		});
		await database.sql`UPDATE api_keys SET created_by = NULL WHERE id = ${id}`;
		expect(await people.keys.get(org.id, id)).toMatchObject({ isExpired: true, createdBy: null });
	});
});

describe('revoking', () => {
	test('deletes the key and records who did, together', async () => {
		const people = openAccounts(database.sql);
		const { id, key } = await create();
		expect(await people.keys.revoke(org, owner, id)).toEqual({ ok: true });
		expect(await keys.find(database.sql, key)).toBeNull();
		const events = await database.sql`
			SELECT actor, target FROM audit_events
			WHERE org_id = ${org} AND action = 'revoked an API key' AND target LIKE ${`%${key.slice(0, 9)}%`}`;
		expect(events).toEqual([{ actor: owner.name, target: `a key (${key.slice(0, 9)}…)` }]);
	});

	test('at the same instant twice is done and recorded once', async () => {
		const people = openAccounts(database.sql);
		const { id, key } = await create();
		const both = await Promise.all([people.keys.revoke(org, owner, id), people.keys.revoke(org, owner, id)]);
		expect(both).toContainEqual({ ok: true });
		expect(both).toContainEqual({ ok: false, status: 404, faults: { form: expect.any(String) } });
		const events = await database.sql`
			SELECT id FROM audit_events
			WHERE action = 'revoked an API key' AND target LIKE ${`%${key.slice(0, 9)}%`}`;
		expect(events).toHaveLength(1);
	});

	test('finds nothing in another organization, nor what is no id', async () => {
		const people = openAccounts(database.sql);
		const other = await signUp(people, 'other-organization');
		const { id, key } = await create();
		for (const [of, what] of [
			[other.org.id, id],
			[org, 'x'],
			[org, "'; DROP TABLE api_keys; --"],
			[org, other.org.id]
		] as const) {
			const status = of === org ? 404 : 403;
			expect(await people.keys.revoke(of, owner, what)).toMatchObject({ ok: false, status });
			expect(await people.keys.get(of, what)).toBeNull();
			await people.keys.watch(of, what);
		}
		expect(await keys.find(database.sql, key)).toMatchObject({ id, watchedUntil: null });
	});
});
