import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import { atOnce } from '../support/people/at-once.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { firstPage } from '../support/people/people.ts';
import { Teams } from '../support/people/team.ts';

let database: TestDatabase;
let teams: Teams;
let people: Accounts;

beforeAll(async () => {
	database = await testDatabase();
	teams = new Teams(database.sql);
	people = teams.people;
});
afterAll(() => database.drop());

/** An organization with one of each role. */
const team = () => teams.team(['admin', 'member', 'viewer']);

const refused = (status: number) => ({ ok: false, status, faults: { form: expect.any(String) } });

describe('the list', () => {
	test('names everybody, and who owns it alone', async () => {
		const { org, owner, admin } = await team();
		const list = (await people.members.list(org, firstPage)).items;
		expect(list.map(({ name }) => name)).toEqual(['admin', 'member', 'owner', 'viewer']);
		expect(list.find(({ id }) => id === owner.id)).toMatchObject({
			email: owner.name,
			role: 'owner',
			isLastOwner: true,
			isSuspended: false,
			since: expect.any(Date),
			lastSeenAt: null
		});
		expect(list.find(({ id }) => id === admin.id)).toMatchObject({ role: 'admin', isLastOwner: false });
		expect(await people.members.ownedAlone(owner.id)).toEqual([org]);

		await teams.member(org, 'owner');
		expect((await people.members.list(org, firstPage)).items.some(({ isLastOwner }) => isLastOwner)).toBe(
			false
		);
		expect(await people.members.ownedAlone(owner.id)).toEqual([]);
	});

	test('of an organization that is not there is empty', async () => {
		expect((await people.members.list(randomUUID(), firstPage)).items).toEqual([]);
	});
});

describe('a role', () => {
	test('is changed by an admin up to admin, and by an owner to any', async () => {
		const { org, owner, admin, viewer } = await team();
		expect(await people.members.changeRole(org, admin, viewer.id, 'admin')).toEqual({ ok: true });
		expect(await people.members.changeRole(org, admin, viewer.id, 'owner')).toEqual(refused(403));
		expect(await teams.roleOf(org, viewer.name)).toBe('admin');
		expect(await people.members.changeRole(org, owner, viewer.id, 'owner')).toEqual({ ok: true });
		expect(await people.members.changeRole(org, admin, viewer.id, 'viewer')).toEqual(refused(403));
		expect(await teams.roleOf(org, viewer.name)).toBe('owner');
		expect(await teams.audited(org, 'changed a role')).toEqual([
			{ actor: admin.name, target: viewer.name, details: { from: 'viewer', to: 'admin' } },
			{ actor: owner.name, target: viewer.name, details: { from: 'admin', to: 'owner' } }
		]);
	});

	test.each(['viewer', 'member'] as const)('is not changed by a %s, not even their own', async (role) => {
		const all = await team();
		const actor = all[role];
		expect(await people.members.changeRole(all.org, actor, actor.id, 'admin')).toEqual(refused(403));
		expect(await people.members.changeRole(all.org, actor, all.admin.id, 'viewer')).toEqual(refused(403));
		expect(await people.members.remove(all.org, actor, all.admin.id)).toEqual(refused(403));
		expect(await teams.roleOf(all.org, actor.name)).toBe(role);
		expect(await teams.roleOf(all.org, all.admin.name)).toBe('admin');
	});

	test('that is the same already is no change', async () => {
		const { org, owner, viewer } = await team();
		expect(await people.members.changeRole(org, owner, viewer.id, 'viewer')).toEqual({ ok: true });
		expect(await teams.audited(org, 'changed a role')).toEqual([]);
	});

	test.each([randomUUID(), 'nobody', "'", ''])('of %j, who is no member, is not changed', async (id) => {
		const { org, owner } = await team();
		expect(await people.members.changeRole(org, owner, id, 'viewer')).toEqual(refused(404));
		expect(await people.members.remove(org, owner, id)).toEqual(refused(404));
	});
});

describe('a membership', () => {
	test('ends by removal and is gone with its access, but not the account or its invitation', async () => {
		const { org, slug, admin, viewer } = await team();
		const pending = { email: viewer.name, role: 'viewer' } as const;
		await database.sql`
			INSERT INTO invitations (id, org_id, email, role, hash, expires_at)
			VALUES (${randomUUID()}, ${org}, ${pending.email}, 'viewer', ${randomUUID()}, now() + interval '1 day')`;
		expect(await people.members.remove(org, admin, viewer.id)).toEqual({ ok: true });
		expect(await people.organizations.find(viewer.id, slug)).toBeNull();
		expect((await people.invitations.list(org, firstPage)).items).toEqual([expect.objectContaining(pending)]);
		expect(await teams.audited(org, 'removed a member')).toEqual([
			{ actor: admin.name, target: viewer.name, details: { role: 'viewer' } }
		]);
		expect(await people.members.remove(org, admin, viewer.id)).toEqual(refused(404));
	});

	test('is left by anybody, and noted as that, however it is asked for', async () => {
		const { org, admin, viewer } = await team();
		expect(await people.members.leave(org, viewer)).toEqual({ ok: true });
		expect(await people.members.remove(org, admin, admin.id)).toEqual({ ok: true });
		expect(await teams.audited(org, 'left')).toEqual([
			{ actor: viewer.name, target: null, details: { role: 'viewer' } },
			{ actor: admin.name, target: null, details: { role: 'admin' } }
		]);
		expect(await people.members.leave(org, viewer)).toEqual(refused(403));
	});

	test('of an owner is not for admins to end', async () => {
		const { org, owner, admin } = await team();
		await teams.member(org, 'owner');
		expect(await people.members.remove(org, admin, owner.id)).toEqual(refused(403));
		expect(await teams.roleOf(org, owner.name)).toBe('owner');
	});
});

describe('the last owner', () => {
	test('neither leaves nor is demoted nor removed, and is told what to do', async () => {
		const { org, owner } = await team();
		const sentence = { faults: { form: expect.stringContaining('make someone else an owner first') } };
		const tried = [
			await people.members.leave(org, owner),
			await people.members.changeRole(org, owner, owner.id, 'admin'),
			await people.members.remove(org, owner, owner.id)
		];
		for (const answer of tried) expect(answer).toMatchObject({ ok: false, status: 409, ...sentence });
		expect(await teams.roleOf(org, owner.name)).toBe('owner');
		expect(await teams.audited(org, 'left')).toEqual([]);
	});

	test('may go once somebody else is an owner', async () => {
		const { org, owner, viewer } = await team();
		await people.members.changeRole(org, owner, viewer.id, 'owner');
		expect(await people.members.leave(org, owner)).toEqual({ ok: true });
		expect(await people.members.leave(org, viewer)).toEqual(refused(409));
	});

	test('is whoever is left when the other owners are suspended', async () => {
		const { org, owner } = await team();
		const suspended = await teams.member(org, 'owner');
		await database.sql`UPDATE users SET suspended_at = now() WHERE id = ${suspended.id}`;
		expect(await people.members.leave(org, owner)).toEqual(refused(409));
		expect(await people.members.remove(org, owner, suspended.id)).toEqual({ ok: true });
	});
});

describe('at the same instant', () => {
	test('two owners demote each other: one stays', async () => {
		const { org, owner } = await team();
		const other = await teams.member(org, 'owner');
		const answers = await atOnce(
			database.sql,
			org,
			() => people.members.changeRole(org, owner, other.id, 'admin'),
			() => people.members.changeRole(org, other, owner.id, 'admin')
		);
		expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
		expect(answers).toContainEqual(refused(403)); // who was demoted first is no owner any more
		const owners = (await people.members.list(org, firstPage)).items.filter(({ role }) => role === 'owner');
		expect(owners).toHaveLength(1);
	});

	test('all owners leave: one stays', async () => {
		const { org, owner } = await team();
		const owners = [owner, await teams.member(org, 'owner'), await teams.member(org, 'owner')];
		const leave = owners.map((one) => () => people.members.leave(org, one));
		const answers = await atOnce(database.sql, org, ...leave);
		expect(answers.filter(({ ok }) => ok)).toHaveLength(2);
		expect(answers).toContainEqual(refused(409));
	});

	test('a role is changed and its member removed: whichever is second finds what the first left', async () => {
		const { org, owner, admin, viewer } = await team();
		const [changed, removed] = await atOnce(
			database.sql,
			org,
			() => people.members.changeRole(org, owner, viewer.id, 'member'),
			() => people.members.remove(org, admin, viewer.id)
		);
		expect(removed).toEqual({ ok: true });
		expect([{ ok: true }, refused(404)]).toContainEqual(changed);
		expect(await teams.roleOf(org, viewer.name)).toBeUndefined();
	});

	test('a member is made an owner and removed by an admin: never is an owner removed by an admin', async () => {
		const { org, owner, admin, viewer } = await team();
		const [changed, removed] = await atOnce(
			database.sql,
			org,
			() => people.members.changeRole(org, owner, viewer.id, 'owner'),
			() => people.members.remove(org, admin, viewer.id)
		);
		expect([changed.ok, removed.ok].filter(Boolean)).toHaveLength(1);
		expect(await teams.roleOf(org, viewer.name)).toBe(changed.ok ? 'owner' : undefined);
	});

	test('an admin is removed and acts: what comes after the removal is refused', async () => {
		const { org, owner, admin, viewer } = await team();
		const [, changed] = await atOnce(
			database.sql,
			org,
			() => people.members.remove(org, owner, admin.id),
			() => people.members.changeRole(org, admin, viewer.id, 'member')
		);
		const events = await teams.audited(org, 'changed a role');
		expect(events).toHaveLength(changed.ok ? 1 : 0);
		expect(await teams.roleOf(org, admin.name)).toBeUndefined();
		expect(await people.members.changeRole(org, admin, viewer.id, 'viewer')).toEqual(refused(403));
	});
});

test('in another organization nobody finds or changes anything', async () => {
	const [here, there] = [await team(), await team()];
	expect(await people.members.changeRole(there.org, here.owner, there.viewer.id, 'owner')).toEqual(
		refused(403)
	);
	expect(await people.members.remove(there.org, here.owner, there.viewer.id)).toEqual(refused(403));
	expect(await people.members.leave(there.org, here.viewer)).toEqual(refused(403));
	expect(await people.members.changeRole(here.org, here.owner, there.viewer.id, 'owner')).toEqual(
		refused(404)
	);
	expect(await people.members.remove(here.org, here.owner, there.viewer.id)).toEqual(refused(404));
	expect((await people.members.list(there.org, firstPage)).items).toHaveLength(4);
	expect(await teams.roleOf(there.org, there.viewer.name)).toBe('viewer');
});
