import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import { atOnce } from '../support/people/at-once.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { firstPage } from '../support/people/people.ts';
import { fill } from '../support/people/long-lists.ts';
import { someAddress, Teams } from '../support/people/team.ts';

let database: TestDatabase;
let teams: Teams;
let people: Accounts;

beforeAll(async () => {
	database = await testDatabase();
	teams = new Teams(database.sql);
	people = teams.people;
});
afterAll(() => database.drop());

describe('the ownership', () => {
	const refused = (status: number) => ({ ok: false, status, faults: expect.anything() });

	test('goes to a member, and its owner becomes an admin', async () => {
		const { org, owner, viewer } = await teams.team(['viewer']);
		expect(await people.ownership.heirs(org)).toEqual([{ name: 'viewer', email: viewer.name }]);
		expect(await people.ownership.transfer(org, owner, viewer.name)).toMatchObject({
			ok: true,
			to: { name: 'viewer', email: viewer.name }
		});
		expect(await teams.roleOf(org, viewer.name)).toBe('owner');
		expect(await teams.roleOf(org, owner.name)).toBe('admin');
		expect(await teams.audited(org, 'transferred ownership')).toEqual([
			{ actor: owner.name, target: viewer.name, details: { from: 'viewer', to: 'owner' } }
		]);
	});

	test('is handed on by owners alone, and to members alone who can act', async () => {
		const { org, owner, admin, member } = await teams.team(['admin', 'member']);
		const other = await teams.team(['member']);
		const suspended = await teams.member(org, 'member');
		await database.sql`UPDATE users SET suspended_at = now() WHERE id = ${suspended.id}`;

		for (const actor of [admin, member, other.owner])
			expect(await people.ownership.transfer(org, actor, member.name)).toEqual(refused(403));
		const sentences = [
			[owner.name, 'This member is already an owner.'],
			[suspended.name, 'The account of this member is suspended: choose someone else.'],
			...[other.member.name, someAddress(), member.id, ''].map((email) => [
				email,
				'No member of the organization has this address. Enter it as shown in the list of members.'
			])
		] as const;
		for (const [email, fault] of sentences)
			expect(await people.ownership.transfer(org, owner, email)).toEqual({
				ok: false,
				status: 400,
				faults: { email: fault }
			});
		expect(await people.ownership.heirs(org)).toEqual([
			{ name: 'admin', email: admin.name },
			{ name: 'member', email: member.name }
		]);
		expect(await teams.roleOf(org, owner.name)).toBe('owner');
		expect(await teams.audited(org, 'transferred ownership')).toEqual([]);
	});

	test('is suggested for twenty, admins before others', async () => {
		const { org } = await teams.team();
		await fill(database.sql, org, { members: 30 });
		const admin = await teams.member(org, 'admin');
		const heirs = await people.ownership.heirs(org);
		expect(heirs).toHaveLength(20);
		expect(heirs).toContainEqual({ name: 'admin', email: admin.name });
	});

	test('handed to two at the same instant goes to one', async () => {
		const { org, owner, admin, member } = await teams.team(['admin', 'member']);
		const results = await atOnce(
			database.sql,
			org,
			() => people.ownership.transfer(org, owner, admin.name),
			() => people.ownership.transfer(org, owner, member.name)
		);
		expect(results.map(({ ok }) => ok).sort()).toEqual([false, true]);
		const owners = (await people.members.list(org, firstPage)).items.filter(({ role }) => role === 'owner');
		expect(owners).toHaveLength(1);
		expect(owners[0]?.id).not.toBe(owner.id);
	});

	test('is never left without anybody when the heir leaves at the same instant', async () => {
		const { org, owner, member } = await teams.team(['member']);
		const [transferred, left] = await atOnce(
			database.sql,
			org,
			() => people.ownership.transfer(org, owner, member.name),
			() => people.members.leave(org, member)
		);
		expect([transferred.ok, left.ok].sort()).toEqual([false, true]);
		const owners = (await people.members.list(org, firstPage)).items.filter(({ role }) => role === 'owner');
		expect(owners.map(({ id }) => id)).toEqual([transferred.ok ? member.id : owner.id]);
	});
});
