import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import type { Person } from '../../src/lib/server/audit/audit.ts';
import { digest } from '../../src/lib/server/digest.ts';
import * as lock from '../../src/lib/server/access/lock.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { openAccounts } from '../support/people/people.ts';
import { someAddress, Teams } from '../support/people/team.ts';

let database: TestDatabase;
let teams: Teams;
let people: Accounts;
/** An instance admin. */
let root: Person;

beforeAll(async () => {
	database = await testDatabase();
	teams = new Teams(database.sql);
	people = openAccounts(database.sql);
	root = await teams.person(); // the first user
});
afterAll(() => database.drop());

/** An organization with one of everything that can be changed, and an owner among others who changes it in a browser. */
async function makeScene() {
	const { org, owner, viewer } = await teams.team(['viewer']);
	const person = await teams.member(org, 'owner');
	const { token } = await people.sessions.create(person.id, person);
	const actor: Person = { ...person, sessionId: digest(token) };
	const key = await people.keys.make(org, owner, { name: 'k', scopes: ['read'] });
	await teams.invite(org, owner, someAddress());
	const [invitation] = await database.sql`SELECT id FROM invitations WHERE org_id = ${org}`;
	return { org, owner, viewer, actor, token, keyId: key.ok ? key.id : '', invitationId: invitation?.id };
}
type Scene = Awaited<ReturnType<typeof makeScene>>;

/** Everything that the actor may do to the organization at first. */
const changesOf = ({ org, viewer, actor, keyId, invitationId }: Scene) => {
	const { settings, keys, members, invitations, ownership, deletion } = people;
	const guest = { email: someAddress(), role: 'viewer' } as const;
	return {
		'change the name': () => settings.rename(org, actor, 'Another'),
		'change the address': () => settings.move(org, actor, `s-${randomUUID().slice(0, 8)}`),
		'change the retention': () => settings.keepFor(org, actor, 1),
		'make a key': () => keys.make(org, actor, { name: 'mine', scopes: ['read'] }),
		'revoke a key': () => keys.revoke(org, actor, keyId),
		'change a role': () => members.changeRole(org, actor, viewer.id, 'admin'),
		'remove a member': () => members.remove(org, actor, viewer.id),
		invite: () => invitations.create(org, actor, guest, 'http://localhost'),
		'revoke an invitation': () => invitations.revoke(org, actor, invitationId),
		'hand on the ownership': () => ownership.transfer(org, actor, viewer.name),
		'delete it': () => deletion.remove(org, actor, 'Mill')
	};
};

const ends: [string, number, (scene: Scene) => Promise<unknown>][] = [
	['removed', 403, ({ org, owner, actor }) => people.members.remove(org, owner, actor.id)],
	['demoted', 403, ({ org, owner, actor }) => people.members.changeRole(org, owner, actor.id, 'viewer')],
	['suspended', 401, ({ actor }) => people.administration.suspendUser(root, actor.id)],
	['signed out', 401, ({ token }) => people.sessions.end(token)],
	[
		'past the end of the session',
		401,
		({ actor }) => database.sql`UPDATE sessions SET expires_at = now() WHERE id = ${actor.sessionId ?? null}`
	],
	['in what is suspended', 403, ({ org }) => people.administration.suspendOrganization(root, org)]
];

/** What the organization has, as text to compare. */
async function stateOf(org: string): Promise<string> {
	const { sql } = database;
	const rows = await Promise.all([
		sql`SELECT slug, name, retention_days FROM organizations WHERE id = ${org}`,
		sql`SELECT user_id, role FROM memberships WHERE org_id = ${org} ORDER BY user_id`,
		sql`SELECT id FROM invitations WHERE org_id = ${org} ORDER BY id`,
		sql`SELECT id FROM api_keys WHERE org_id = ${org} ORDER BY id`
	]);
	return JSON.stringify(rows);
}

test.each(ends)('who is %s by now changes nothing any more (%i)', async (_name, status, end) => {
	const scene = await makeScene();
	await end(scene);
	const before = await stateOf(scene.org);
	for (const [name, change] of Object.entries(changesOf(scene)))
		expect(await change(), name).toEqual({ ok: false, status, faults: { form: expect.any(String) } });
	expect(await stateOf(scene.org)).toBe(before);
});

test('until then everything is done, and what is suspended can still be left', async () => {
	const scene = await makeScene();
	const { 'change a role': first, 'remove a member': second, ...others } = changesOf(scene);
	for (const [name, change] of Object.entries({ first, second }))
		expect(await change(), name).toEqual({ ok: true });
	for (const name of [
		'change the name',
		'make a key',
		'revoke a key',
		'invite',
		'revoke an invitation'
	] as const)
		expect(await others[name](), name).toMatchObject({ ok: true });
	await people.administration.suspendOrganization(root, scene.org);
	expect(await people.members.leave(scene.org, scene.actor)).toEqual({ ok: true });
});

test('who comes while the organization is deleted is told that, whatever they change', async () => {
	const scene = await makeScene();
	const { 'delete it': remove, ...others } = changesOf(scene);
	const { deleted, rest } = await transact(database.sql, async (transaction) => {
		await lock.organization(transaction, scene.org);
		const deleted = remove();
		await expect.poll(waiting, { interval: 5, timeout: 10_000 }).toBe(1);
		const five = ['make a key', 'revoke a key', 'change a role', 'invite', 'hand on the ownership'] as const;
		const rest = Promise.all(five.map((name) => others[name]()));
		rest.catch(() => {}); // awaited below
		await expect.poll(waiting, { interval: 5, timeout: 10_000 }).toBe(6);
		return { deleted, rest };
	});
	expect(await deleted).toEqual({ ok: true });
	const gone = { ok: false, status: 404, faults: { form: 'The organization was deleted.' } };
	expect(await rest).toEqual([gone, gone, gone, gone, gone]);
});

test('who was signed out meanwhile makes no organization', async () => {
	const { actor, token } = await makeScene();
	expect(await people.newOrganizations.make(actor, 'In time')).toMatchObject({ ok: true });
	await people.sessions.end(token);
	expect(await people.newOrganizations.make(actor, 'Too late')).toMatchObject({
		ok: false,
		status: 401
	});
});

/** How many wait for a lock in this database. */
async function waiting(): Promise<number> {
	const [row] = await database.sql<{ count: number }[]>`
		SELECT count(*)::int AS count FROM pg_stat_activity
		WHERE datname = current_database() AND wait_event_type = 'Lock'`;
	return row?.count ?? 0;
}
