import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as audit from '../../src/lib/server/audit/audit.ts';
import type { Sql } from '../../src/lib/server/postgres/connect.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { from, openAccounts, password, signUp } from '../support/people/people.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { ada, AuditScene } from '../support/people/audit-scene.ts';

let database: TestDatabase;
let sql: Sql;
let scene: AuditScene;
beforeAll(async () => {
	database = await testDatabase();
	sql = database.sql;
	scene = new AuditScene(sql);
});
afterAll(() => database.drop());

describe('the table', () => {
	test('takes no change and no deletion within a year, whoever asks', async () => {
		const org = await scene.emptyOrg();
		await scene.invite(org, 'bob@example.com');
		const refused = { code: '23001', message: 'audit_events is append-only for a year' };
		await expect(sql`UPDATE audit_events SET actor = 'nobody' WHERE org_id = ${org}`).rejects.toMatchObject(
			refused
		);
		await expect(sql`DELETE FROM audit_events WHERE org_id = ${org}`).rejects.toMatchObject(refused);
		await expect(sql`TRUNCATE audit_events`).rejects.toMatchObject(refused);
		expect(await scene.targets(org, {})).toEqual(['bob@example.com']);
	});

	test('forgets what is older than a year, and nothing younger', async () => {
		const org = await scene.emptyOrg();
		for (const [target, age] of [
			['old', '1 year 1 hour'],
			['young', '1 year -1 hour']
		] as const) {
			await sql`
				INSERT INTO audit_events (id, org_id, at, actor, action, target)
				VALUES (${randomUUID()}, ${org}, now() - ${age}::text::interval, 'ada', 'invited', ${target})`;
		}
		await sql`UPDATE audit_events SET actor = 'eve' WHERE org_id = ${org} AND target = 'old'`.then(
			() => expect.fail('an old event was changed'),
			(error: unknown) => expect(error).toMatchObject({ code: '23001' })
		);
		expect(await audit.forgetOld(sql)).toBe(1);
		expect(await scene.targets(org, {})).toEqual(['young']);
	});

	test('has no event of a transaction that was rolled back', async () => {
		const org = await scene.emptyOrg();
		const broken = transact(sql, async (transaction) => {
			await audit.record(transaction, org, ada, { action: 'invited', target: 'bob' });
			await transaction`UPDATE organizations SET name = 'Changed' WHERE id = ${org}`;
			throw new Error('after both');
		});
		await expect(broken).rejects.toThrow('after both');
		expect(await scene.targets(org, {})).toEqual([]);
	});
});

describe('what concerns an account', () => {
	test('is in the list of each of its organizations, however many they are', async () => {
		const people = openAccounts(sql);
		const { user } = await signUp(people, 'gus');
		await sql`
			WITH many AS (
				INSERT INTO organizations (id, slug, name, retention_days)
				SELECT gen_random_uuid(), 'many-' || number, 'Many', 30 FROM generate_series(1, 7500) AS number RETURNING id
			)
			INSERT INTO memberships (org_id, user_id, role) SELECT id, ${user.id}, 'viewer' FROM many`;
		const signedIn = await people.signIn({ email: user.email, password }, from('192.0.2.8'));
		expect(signedIn.ok).toBe(true);
		const [events] = await sql`
			SELECT count(DISTINCT org_id) AS organizations, count(*) FILTER (WHERE NOT is_copy) AS own, count(DISTINCT id) AS all
			FROM audit_events WHERE actor_id = ${user.id} AND action = 'signed in' AND address = '192.0.2.8'`;
		expect(events).toEqual({ organizations: 7_501, own: 1, all: 7_502 });
	});
});
