import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as audit from '../../src/lib/server/audit/audit.ts';
import * as auditFilter from '../../src/lib/server/audit/filter.ts';
import type { Sql } from '../../src/lib/server/postgres/connect.ts';
import { openAccounts, signUp } from '../support/people/people.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { ada, AuditScene, numbered } from '../support/people/audit-scene.ts';

let database: TestDatabase;
let sql: Sql;
let scene: AuditScene;
beforeAll(async () => {
	database = await testDatabase();
	sql = database.sql;
	scene = new AuditScene(sql);
});
afterAll(() => database.drop());

describe('the list', () => {
	test('is of one organization, the newest first, and goes on where it ended whatever happens meanwhile', async () => {
		const [org, other] = [await scene.emptyOrg(), await scene.emptyOrg()];
		await scene.fill(org, 120);
		await scene.invite(other, 'theirs');
		const first = await scene.list.of(org, {});
		await scene.invite(org, 'meanwhile');
		const second = await scene.list.of(org, { before: first.next ?? undefined });
		const third = await scene.list.of(org, { before: second.next ?? undefined });
		const all = [first, second, third].map(({ events }) => events.map(({ target }) => target));
		expect(all).toEqual([numbered(120, 71), numbered(70, 21), numbered(20, 1)]);
		expect(third.next).toBeNull();
		expect(await scene.targets(other, { before: first.next ?? undefined })).toEqual([]);
	});

	test.each([
		['the actor', 'EVE'],
		['the action', 'invited eve@'],
		['the target', 'Ünal'],
		['the address', '2001:db8'],
		['a detail', 'viewer'],
		['the name of a detail', 'Role'],
		['an item of a detail', 'write'],
		['several fields at once', '  ünal\tviewer ']
	])('is searched in %s', async (_, q) => {
		const org = await scene.emptyOrg();
		const eve = { ...ada, name: 'eve@example.com', address: '2001:db8::1' };
		await scene.invite(org, 'another', { kind: 'none' });
		await scene.invite(org, 'ünal@example.com', { role: 'viewer', scopes: ['read', 'write'] }, eve);
		expect(await scene.targets(org, { q })).toEqual(['ünal@example.com']);
		expect(await scene.targets(org, { q: `${q} absent` })).toEqual([]);
	});

	test('is searched for what was typed, with no character that means something else', async () => {
		const org = await scene.emptyOrg();
		for (const target of ['100%', '100 or so', 'a_b', 'axb', 'back\\slash', '{"quoted"}'])
			await scene.invite(org, target);
		expect(await scene.targets(org, { q: '100%' })).toEqual(['100%']);
		expect(await scene.targets(org, { q: 'a_b' })).toEqual(['a_b']);
		expect(await scene.targets(org, { q: '\\' })).toEqual(['back\\slash']);
		expect(await scene.targets(org, { q: '{"quoted"}' })).toEqual(['{"quoted"}']);
		expect(await scene.targets(org, { q: "' OR true --" })).toEqual([]);
	});

	test('is searched in what details say, not in how they are stored', async () => {
		const org = await scene.emptyOrg();
		await scene.invite(org, 'quoted', {
			name: 'say "hello"',
			path: 'a\\b',
			before: null,
			hosts: ['a.example', 'b']
		});
		await scene.invite(org, 'plain', { mailed: true, days: 30 });
		for (const q of ['{', '[', ':', ',', '"hello', '\\', 'null', '\\"', 'a.example,', 'NAME:'])
			expect([q, await scene.targets(org, { q })]).toEqual([
				q,
				['"hello', '\\'].includes(q) ? ['quoted'] : []
			]);
		for (const q of ['"HELLO"', 'a\\b', 'before', 'a.example b hosts', 'quoted say'])
			expect([q, await scene.targets(org, { q })]).toEqual([q, ['quoted']]);
		for (const q of ['true', '30 mailed']) expect(await scene.targets(org, { q })).toEqual(['plain']);
	});

	test('is narrowed to an action and to days, by the clock of the database', async () => {
		const org = await scene.emptyOrg();
		const times = [
			'2026-11-19T23:59:59.999Z',
			'2026-11-20T00:00:00Z',
			'2026-11-20T23:59:59.999Z',
			'2026-11-21T00:00Z'
		];
		for (const time of times) {
			const id = uuid({ msecs: Date.parse(time) + 60_000 }); // made by an instance whose clock is ahead
			await sql`
				INSERT INTO audit_events (id, org_id, at, actor, action, target)
				VALUES (${id}, ${org}, ${time}, 'ada', 'joined', ${time})`;
		}
		await scene.invite(org, 'bob');
		expect(await scene.targets(org, { action: 'invited' })).toEqual(['bob']);
		const day = '2026-11-20';
		expect(await scene.targets(org, { from: day, to: day })).toEqual([times[2], times[1]]);
		expect(await scene.targets(org, { action: 'joined', from: day })).toEqual([times[3], times[2], times[1]]);
		expect(await scene.targets(org, { to: '2026-11-19' })).toEqual([times[0]]);
	});

	test('of the instance has each event once, with its organization, also when that is no more', async () => {
		const people = openAccounts(sql);
		const { user, org } = await signUp(people, 'fay');
		const actor = { ...ada, id: user.id, name: user.email };
		await audit.recordOfAccount(sql, user.id, actor, { action: 'changed their password' });
		await scene.invite(org.id, 'to fay & co', {}, actor);
		const find = async (q: string) =>
			(await scene.list.ofInstance({ q })).events.map(({ action, org }) => [action, org]);
		const own = { slug: org.slug, name: org.name, isDeleted: false };
		expect(await find(user.email)).toEqual([
			['invited', own],
			['changed their password', null],
			['created an API key', own],
			['created the organization', own],
			['signed up', null]
		]);
		expect(await find(`${org.slug} invited`)).toEqual([['invited', own]]);
		const copies = await scene.list.of(org.id, { action: 'changed their password' });
		expect(copies.events).toHaveLength(1);
		const deleted = await people.deletion.remove(org.id, actor, org.name);
		expect(deleted).toEqual({ ok: true });
		expect(await find(`${org.slug} invited ${user.email}`)).toEqual([
			['invited', { ...own, isDeleted: true }]
		]);
		const exported = await Array.fromAsync(scene.list.everyOfInstance({ q: org.slug, action: 'invited' }));
		expect(exported.flat()).toMatchObject([{ orgId: org.id, actorId: user.id }]);
	});

	test.each([
		['q=%00', 'one line'],
		['q=a%0Ab', 'one line'],
		[`q=${'a'.repeat(201)}`, '200 characters'],
		[`q=${'a+'.repeat(21)}`, '20 words'],
		['action=ate', 'Unknown action'],
		['from=yesterday', 'like 2026-11-21'],
		['to=2026-02-30', 'like 2026-11-21'],
		['to=0000-01-01', 'like 2026-11-21'],
		['before=42', 'start at the first']
	])('cannot be asked for %s, and says what is wrong', (query, detail) => {
		const parsed = auditFilter.parse(new URLSearchParams(query));
		expect(parsed).toEqual({ ok: false, detail: expect.stringContaining(detail) });
	});

	test('takes an empty parameter for none', () => {
		const parsed = auditFilter.parse(new URLSearchParams('q=+&action=&from=&to=&other=1'));
		expect(parsed).toEqual({ ok: true, wanted: {} });
	});
});
