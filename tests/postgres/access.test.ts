import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as access from '../../src/lib/server/access/revocation.ts';
import { operator } from '../../src/lib/server/audit/audit.ts';
import * as keys from '../../src/lib/server/access/keys.ts';
import * as organizations from '../../src/lib/server/organizations/organizations.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { queriesMade } from '../support/logs/queries-made.ts';
import { from, openAccounts, signUp } from '../support/people/people.ts';

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

const ended = { reason: 'signed out', detail: 'You signed out, or this session was ended.' } as const;
const notMember = {
	reason: 'access removed',
	detail: "You're no longer a member of this organization."
} as const;
const keyRevoked = { reason: 'access removed', detail: 'The API key was revoked.' } as const;

describe('who lost access', () => {
	test('is found among many streams, with the reason', async () => {
		const { sql } = database;
		const people = openAccounts(sql);
		const [lena, max] = [await signUp(people, 'lena'), await signUp(people, 'max')];
		const org = lena.org.id;
		await organizations.join(sql, org, max.user.id, 'viewer');
		const session = async (userId: string) => {
			const { token } = await people.sessions.create(userId, from('here'));
			const sessionId = (await people.sessions.validate(token, from('here')))?.session.id ?? '';
			return { token, credential: { kind: 'session', sessionId, userId } as const };
		};
		const key = async (of: string) =>
			({
				kind: 'key',
				keyId: (await keys.create(sql, of, operator, { name: 'k', scopes: ['read'] })).id
			}) as const;
		const [stays, leaves, expires, removed] = [
			await session(lena.user.id),
			await session(lena.user.id),
			await session(lena.user.id),
			await session(max.user.id)
		];
		const [kept, revoked, foreign] = [await key(org), await key(org), await key(max.org.id)];
		const all: access.Credential[] = [
			...[stays, leaves, expires, removed].map(({ credential }) => credential),
			kept,
			revoked,
			foreign
		];
		expect([...(await access.findRevoked(sql, org, all))]).toEqual([[foreign, keyRevoked]]);

		await people.sessions.end(leaves.token);
		await sql`UPDATE sessions SET expires_at = now() WHERE id = ${expires.credential.sessionId}`;
		await sql`DELETE FROM memberships WHERE org_id = ${org} AND user_id = ${max.user.id}`;
		await sql`DELETE FROM api_keys WHERE id = ${revoked.keyId}`;
		expect(await people.access.findRevoked(org, all)).toEqual(
			new Map<access.Credential, access.Loss>([
				[leaves.credential, ended],
				[expires.credential, ended],
				[removed.credential, notMember],
				[revoked, keyRevoked],
				[foreign, keyRevoked]
			])
		);
	});

	test('is found in several organizations at once, each by itself', async () => {
		const people = openAccounts(database.sql);
		const [nora, omar] = [await signUp(people, 'nora'), await signUp(people, 'omar')];
		const sessionId = (await people.sessions.validate(nora.session.token, from('here')))?.session.id ?? '';
		const session = { kind: 'session', sessionId, userId: nora.user.id } as const;
		const asked = new Map([
			[omar.org.id, [session]],
			[nora.org.id, [session]]
		]);
		const all = await people.access.findAllRevoked(asked);
		expect(all).toEqual(new Map([[omar.org.id, new Map([[session, notMember]])]]));
	});

	test('is told by one query, so that a change beside it is seen whole or not at all', async () => {
		const { org, user } = await signUp(openAccounts(database.sql), 'ida');
		const asked: access.Credential[] = [
			{ kind: 'session', sessionId: 'over', userId: user.id },
			{ kind: 'key', keyId: user.id }
		];
		const made = await queriesMade(database.url, async (sql) => {
			await access.findRevoked(sql, org.id, asked);
			await access.findAllRevoked(
				sql,
				new Map([
					[org.id, asked],
					[user.id, asked]
				])
			);
		});
		expect(made).toHaveLength(2);
	});
});
