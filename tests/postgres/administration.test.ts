import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as administration from '../../src/lib/server/organizations/administration.ts';
import { digest } from '../../src/lib/server/digest.ts';
import * as lock from '../../src/lib/server/access/lock.ts';
import type { Person } from '../../src/lib/server/audit/audit.ts';
import * as pages from '../../src/lib/server/lists/pages.ts';
import type { Sql } from '../../src/lib/server/postgres/connect.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { Teams } from '../support/people/team.ts';

let database: TestDatabase;
let sql: Sql;
let teams: Teams;
/** The only instance admins there are when a test begins. */
let ada: Person;
let bea: Person;
beforeAll(async () => {
	database = await testDatabase();
	sql = database.sql;
	teams = new Teams(sql);
});
beforeEach(async () => {
	await sql`UPDATE users SET instance_admin = false`;
	[ada, bea] = [await admin(), await admin()];
});
afterAll(() => database.drop());

async function admin(): Promise<Person> {
	const person = await teams.person();
	await sql`UPDATE users SET instance_admin = true WHERE id = ${person.id}`;
	return person;
}

const administer = () => teams.people.administration;

async function stateOf({ id }: Person): Promise<{ admin: boolean; suspended: boolean; sessions: number }> {
	const [found] = await sql<[{ admin: boolean; suspended: boolean; sessions: number }]>`
		SELECT instance_admin AS admin, suspended_at IS NOT NULL AS suspended,
			(SELECT count(*) FROM sessions WHERE user_id = users.id) AS sessions
		FROM users WHERE id = ${id}`;
	return found;
}

async function activeAdmins(): Promise<number> {
	const rows = await sql`SELECT FROM users WHERE instance_admin AND suspended_at IS NULL`;
	return rows.length;
}

/** What an instance admin did, in order. */
const recorded = (actor: Person) =>
	sql`SELECT org_id AS org, action, target FROM audit_events WHERE actor_id = ${actor.id} ORDER BY id`;

/** Runs changes side by side: none goes on before all of them wait for their turn. */
async function atOnce<Result>(...runs: (() => Promise<Result>)[]): Promise<Result[]> {
	const { begun } = await transact(sql, async (transaction) => {
		await administration.lockAdmins(transaction);
		const begun = Promise.all(runs.map((run) => run()));
		begun.catch(() => {}); // whoever called hears of it below
		await expect.poll(waiting, { interval: 5, timeout: 10_000 }).toBe(runs.length);
		return { begun };
	});
	return begun;
}

async function waiting(): Promise<number> {
	const rows = await sql`
		SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
	return rows.length;
}

const refused = (status: number, fault: string) => ({
	ok: false,
	status,
	fault: expect.stringContaining(fault)
});

describe('an organization', () => {
	test('is suspended and restored, once each, which its own audit shows', async () => {
		const { org, owner, slug } = await teams.team();
		const { suspendOrganization, restoreOrganization } = administer();
		const membership = () => teams.people.organizations.find(owner.id, slug);
		const done = { ok: true, name: 'Mill' };
		expect(await suspendOrganization(ada, org)).toEqual(done);
		expect((await membership())?.org.isSuspended).toBe(true);
		expect(await suspendOrganization(ada, org)).toEqual(done);
		expect(await restoreOrganization(ada, org)).toEqual(done);
		expect(await restoreOrganization(ada, org)).toEqual(done);
		expect((await membership())?.org.isSuspended).toBe(false);
		expect(await recorded(ada)).toEqual([
			{ org, action: 'suspended an organization', target: 'Mill' },
			{ org, action: 'restored an organization', target: 'Mill' }
		]);
		const { events } = await teams.people.auditList.of(org, { q: ada.name });
		expect(events.map(({ actor }) => actor)).toEqual([ada.name, ada.name]);
	});

	test('is suspended and restored while its address changes: neither waits for the other for ever', async () => {
		const { org, owner } = await teams.team();
		const move = () => teams.people.settings.move(org, owner, `m-${randomUUID().slice(0, 8)}`);
		const { suspendOrganization, restoreOrganization } = administer();
		for (const change of [suspendOrganization, restoreOrganization, suspendOrganization]) {
			const { begun } = await transact(sql, async (transaction) => {
				await lock.organization(transaction, org);
				const moving = move();
				await expect.poll(waiting, { interval: 5, timeout: 10_000 }).toBe(1);
				const begun = Promise.all([moving, change(ada, org)]);
				begun.catch(() => {}); // awaited below
				await expect.poll(waiting, { interval: 5, timeout: 10_000 }).toBe(2);
				return { begun };
			});
			expect((await begun)[1]).toEqual({ ok: true, name: 'Mill' });
		}
	});

	test('that is no more cannot be suspended', async () => {
		for (const id of [randomUUID(), 'no id', '']) {
			expect(await administer().suspendOrganization(ada, id)).toEqual(refused(404, 'was deleted'));
			expect(await administer().restoreOrganization(ada, id)).toEqual(refused(404, 'was deleted'));
		}
	});
});

/** Somebody as a browser has them ask. */
async function signedIn(person: Person): Promise<Person> {
	const { token } = await teams.people.sessions.create(person.id, person);
	return { ...person, sessionId: digest(token) };
}

describe('a user', () => {
	test('is signed out everywhere when suspended, and signs in anew when restored', async () => {
		const person = await teams.person();
		const session = () => teams.people.sessions.create(person.id, person);
		const [{ token }] = [await session(), await session()];
		expect(await administer().suspendUser(ada, person.id)).toEqual({ ok: true, name: person.name });
		expect(await stateOf(person)).toEqual({ admin: false, suspended: true, sessions: 0 });
		expect(await administer().restoreUser(ada, person.id)).toEqual({ ok: true, name: person.name });
		expect(await teams.people.sessions.validate(token, person)).toBeNull();
		expect(await teams.people.sessions.validate((await session()).token, person)).not.toBeNull();
		expect(await recorded(ada)).toEqual([
			{ org: null, action: 'suspended a user', target: person.name },
			{ org: null, action: 'restored a user', target: person.name }
		]);
	});

	test('becomes an instance admin and is one no more, once each', async () => {
		const person = await teams.person();
		const { grantAdmin, withdrawAdmin } = administer();
		expect(await grantAdmin(ada, person.id)).toEqual({ ok: true, name: person.name });
		expect(await grantAdmin(ada, person.id)).toEqual({ ok: true, name: person.name });
		expect((await stateOf(person)).admin).toBe(true);
		expect(await withdrawAdmin(person, ada.id)).toEqual({ ok: true, name: ada.name });
		expect(await withdrawAdmin(person, ada.id)).toEqual({ ok: true, name: ada.name });
		expect((await stateOf(ada)).admin).toBe(false);
		expect(await recorded(ada)).toEqual([
			{ org: null, action: 'added an instance admin', target: person.name }
		]);
		expect(await recorded(person)).toEqual([
			{ org: null, action: 'removed an instance admin', target: ada.name }
		]);
	});

	test('that is no more is refused', async () => {
		const { suspendUser, restoreUser, grantAdmin, withdrawAdmin } = administer();
		for (const change of [suspendUser, restoreUser, grantAdmin, withdrawAdmin]) {
			expect(await change(ada, randomUUID())).toEqual(refused(404, 'was deleted'));
			expect(await change(ada, 'no id')).toEqual(refused(404, 'was deleted'));
		}
	});

	test('who is suspended is made no instance admin', async () => {
		const person = await teams.person();
		await administer().suspendUser(ada, person.id);
		expect(await administer().grantAdmin(ada, person.id)).toEqual(refused(400, 'restore the account first'));
		expect((await stateOf(person)).admin).toBe(false);
	});
});

describe('instance admins', () => {
	test('cannot suspend themselves, nor withdraw the last active one', async () => {
		expect(await administer().suspendUser(ada, ada.id)).toEqual(refused(400, 'cannot suspend yourself'));
		expect(await administer().suspendUser(ada, bea.id)).toMatchObject({ ok: true });
		expect(await administer().withdrawAdmin(ada, ada.id)).toEqual(refused(400, 'last active instance admin'));
		expect(await administer().restoreUser(ada, bea.id)).toMatchObject({ ok: true });
		expect(await administer().withdrawAdmin(ada, ada.id)).toMatchObject({ ok: true });
		expect(await administer().withdrawAdmin(bea, bea.id)).toEqual(refused(400, 'last active instance admin'));
	});

	test('who are none any more, or are suspended, change nothing', async () => {
		const [{ org }, person] = [await teams.team(), await teams.person()];
		const everything = (actor: Person) => {
			const { suspendOrganization, restoreOrganization, ...others } = administer();
			const { suspendUser, restoreUser, grantAdmin, withdrawAdmin } = others;
			return Promise.all([
				...[suspendOrganization, restoreOrganization].map((change) => change(actor, org)),
				...[suspendUser, restoreUser, grantAdmin].map((change) => change(actor, person.id)),
				withdrawAdmin(actor, ada.id)
			]);
		};
		const none = Array.from({ length: 6 }, () => refused(403, 'no longer an instance admin'));
		await administer().suspendUser(ada, bea.id);
		expect(await everything(bea)).toEqual(none);
		await administer().withdrawAdmin(ada, bea.id);
		await administer().restoreUser(ada, bea.id);
		expect(await everything(bea)).toEqual(none);
		expect(await everything(person)).toEqual(none);
		expect(await recorded(bea)).toEqual([]);
		expect(await stateOf(person)).toMatchObject({ admin: false, suspended: false });
	});

	test('who were signed out meanwhile change nothing', async () => {
		const [{ org }, person] = [await teams.team(), await teams.person()];
		const actor = await signedIn(ada);
		expect(await administer().suspendOrganization(actor, org)).toMatchObject({ ok: true });
		await teams.people.sessions.endAll(ada.id);
		expect(await administer().restoreOrganization(actor, org)).toEqual(refused(401, 'Sign in again'));
		expect(await administer().grantAdmin(actor, person.id)).toEqual(refused(401, 'Sign in again'));
		expect(await recorded(ada)).toHaveLength(1);
	});

	test.each(['withdrawAdmin', 'suspendUser'] as const)(
		'of two that do it to each other at the same instant one remains (%s)',
		async (change) => {
			const answers = await atOnce(
				() => administer()[change](ada, bea.id),
				() => administer()[change](bea, ada.id)
			);
			expect(answers.map(({ ok }) => ok).sort()).toEqual([false, true]);
			expect(answers).toContainEqual(refused(403, 'no longer an instance admin'));
			expect(await activeAdmins()).toBe(1);
		}
	);

	test('who both step back at the same instant leave one', async () => {
		const answers = await atOnce(
			() => administer().withdrawAdmin(ada, ada.id),
			() => administer().withdrawAdmin(bea, bea.id)
		);
		expect(answers).toContainEqual(refused(400, 'last active instance admin'));
		expect(await activeAdmins()).toBe(1);
	});

	test('who suspend the same one at the same instant record it once', async () => {
		const person = await teams.person();
		const answers = await atOnce(
			() => administer().suspendUser(ada, person.id),
			() => administer().suspendUser(bea, person.id)
		);
		expect(answers.map(({ ok }) => ok)).toEqual([true, true]);
		expect([...(await recorded(ada)), ...(await recorded(bea))]).toHaveLength(1);
	});

	test('are known as such for as long as they, and their session, are', async () => {
		const { token } = await teams.people.sessions.create(ada.id, ada);
		const session = (await teams.people.sessions.validate(token, ada))?.session.id ?? '';
		expect(await administer().isAdmin(ada.id, session)).toBe(true);
		expect(await administer().isAdmin(bea.id, session)).toBe(false);
		expect(await administer().isAdmin(ada.id, null)).toBe(false);
		await administer().withdrawAdmin(bea, ada.id);
		expect(await administer().isAdmin(ada.id, session)).toBe(false);
	});
});

describe('the lists', () => {
	test('count members and the keys that still work', async () => {
		const name = `Counted ${randomUUID().slice(0, 8)}`;
		const { org, owner, slug } = await teams.team(['admin', 'viewer'], name);
		await teams.team([], 'Counted by nobody');
		const scopes = ['read' as const];
		for (const expiresAt of [null, new Date(Date.now() + 60_000), new Date(Date.now() - 60_000)])
			await teams.people.keys.make(org, owner, { name: 'k', scopes, expiresAt });
		await administer().suspendOrganization(ada, org);
		const { items, total } = await administer().organizations({ q: name.toUpperCase(), page: 1 });
		expect(total).toBe(1);
		expect(items).toEqual([{ id: org, slug, name, members: 3, keys: 2, suspendedAt: expect.any(Date) }]);
		expect((await administer().organizations({ q: `${slug} absent`, page: 1 })).items).toEqual([]);

		const found = await administer().users({ q: owner.name, page: 1 });
		expect(found.items).toEqual([
			{
				id: owner.id,
				name: 'owner',
				email: owner.name,
				organizations: 1,
				instanceAdmin: false,
				suspendedAt: null,
				lastSeenAt: null
			}
		]);
		await teams.people.sessions.create(owner.id, owner);
		const [seen] = (await administer().users({ q: owner.name, page: 1 })).items;
		expect(seen?.lastSeenAt).toBeInstanceOf(Date);
	});

	test('have 50 on a page, each once', async () => {
		await sql`
			INSERT INTO organizations (id, slug, name, retention_days)
			SELECT gen_random_uuid(), 'paged-' || n, 'Paged', 30 FROM generate_series(1, 120) n`;
		const listed = await Promise.all(
			[1, 2, 3, 4].map((page) => administer().organizations({ q: 'paged', page }))
		);
		expect(listed.map(({ items }) => items.length)).toEqual([50, 50, 20, 0]);
		expect(new Set(listed.flatMap(({ items }) => items.map(({ id }) => id))).size).toBe(120);
		expect(listed[2]).toMatchObject({ total: 120, page: 3, pages: 3 });
	});

	test.each([
		['page=0', 'This page does not exist'],
		['page=1e9', 'This page does not exist'],
		['page=-1', 'This page does not exist'],
		['q=%00', 'one line']
	])('cannot be asked for %s', (query, detail) => {
		const parsed = pages.parse(new URLSearchParams(query));
		expect(parsed).toEqual({ ok: false, detail: expect.stringContaining(detail) });
	});
});
