import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import { digest } from '../../src/lib/server/digest.ts';
import * as forms from '../../src/lib/server/forms/forms.ts';
import * as invitations from '../../src/lib/server/organizations/invitations.ts';
import type { Role } from '../../src/lib/server/postgres/words.ts';
import { atOnce } from '../support/people/at-once.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { createOrganization, firstPage, from, password } from '../support/people/people.ts';
import { someAddress, Teams } from '../support/people/team.ts';

const origin = 'https://logs.example';
let database: TestDatabase;
let teams: Teams;
let people: Accounts;

beforeAll(async () => {
	database = await testDatabase();
	teams = new Teams(database.sql);
	people = teams.people;
});
afterAll(() => database.drop());

async function expire(email: string): Promise<void> {
	await database.sql`UPDATE invitations SET expires_at = now() - interval '1 second' WHERE email = ${email}`;
}

const refused = (status: number) => ({ ok: false, status, faults: { form: expect.any(String) } });
const newcomer = { name: 'New', password };

describe('inviting', () => {
	test('gives a link for seven days, of whose token only the digest is kept', async () => {
		const { org, owner } = await teams.team(['admin']);
		const email = someAddress();
		const invited = await people.invitations.create(org, owner, { email, role: 'owner' }, origin);
		if (!invited.ok) throw new Error('not invited');
		expect(invited).toMatchObject({ email, role: 'owner', isMailed: false });
		const days = (invited.expiresAt.getTime() - Date.now()) / 86_400_000;
		expect(days).toBeCloseTo(7, 2);
		const [, token = ''] = /^https:\/\/logs\.example\/invitations\/([\w-]{43})$/.exec(invited.link) ?? [];
		const [row] = await database.sql`SELECT * FROM invitations WHERE email = ${email}`;
		expect(row).toMatchObject({ org_id: org, hash: digest(token), invited_by: owner.id });
		const events = await database.sql`SELECT * FROM audit_events`;
		expect(JSON.stringify([row, events])).not.toContain(token);
		expect((await people.invitations.list(org, firstPage)).items).toEqual([
			{
				id: row?.id,
				email,
				role: 'owner',
				invitedBy: owner.name,
				expiresAt: invited.expiresAt,
				isExpired: false
			}
		]);
		expect(await teams.audited(org, 'invited')).toEqual([
			{ actor: owner.name, target: email, details: { role: 'owner' } }
		]);
	});

	test('again replaces the link', async () => {
		const { org, admin } = await teams.team(['admin']);
		const email = someAddress();
		const [first, second] = [
			await teams.invite(org, admin, email, 'viewer'),
			await teams.invite(org, admin, email, 'admin')
		];
		expect(await people.invitations.find(first)).toBeNull();
		expect(await people.invitations.find(second)).toMatchObject({ role: 'admin' });
		expect((await people.invitations.list(org, firstPage)).items).toHaveLength(1);
		expect((await teams.audited(org, 'invited')).map(({ details }) => details)).toEqual([
			{ role: 'viewer' },
			{ role: 'admin', 'instead of': 'viewer' }
		]);
		const invited = await teams.person(email);
		expect(await people.invitations.join(first, invited)).toEqual(refused(404));
		expect(await teams.roleOf(org, email)).toBeUndefined();
	});

	test('a member is refused, with a sentence', async () => {
		const { org, owner, admin } = await teams.team(['admin']);
		const form = { email: admin.name, role: 'viewer' } as const;
		expect(await people.invitations.create(org, owner, form, origin)).toEqual({
			ok: false,
			status: 409,
			faults: { email: expect.stringContaining('is already a member') }
		});
		expect(await teams.roleOf(org, admin.name)).toBe('admin');
	});

	test.each(['viewer', 'member'] as const)('is not for a %s', async (role) => {
		const all = await teams.team(['viewer', 'member']);
		const { org } = all;
		const form = { email: someAddress(), role: 'viewer' } as const;
		expect(await people.invitations.create(org, all[role], form, origin)).toEqual(refused(403));
		expect((await people.invitations.list(org, firstPage)).items).toEqual([]);
	});

	test('an owner is for owners, as is replacing or revoking that', async () => {
		const { org, owner, admin } = await teams.team(['admin']);
		const email = someAddress();
		const form = (role: Role) => ({ email, role });
		expect(await people.invitations.create(org, admin, form('owner'), origin)).toEqual(refused(403));
		const token = await teams.invite(org, owner, email, 'owner');
		expect(await people.invitations.create(org, admin, form('viewer'), origin)).toEqual(refused(403));
		const [pending] = (await people.invitations.list(org, firstPage)).items;
		expect(await people.invitations.revoke(org, admin, pending?.id ?? '')).toEqual(refused(403));
		expect(await people.invitations.find(token)).toMatchObject({ role: 'owner' });
	});

	test('by somebody who was demoted at the same instant is refused, if it comes second', async () => {
		const { org, owner, admin } = await teams.team(['admin']);
		const form = { email: someAddress(), role: 'viewer' } as const;
		const [, invited] = await atOnce(
			database.sql,
			org,
			() => people.members.changeRole(org, owner, admin.id, 'viewer'),
			() => people.invitations.create(org, admin, form, origin)
		);
		const pending = (await people.invitations.list(org, firstPage)).items;
		expect(pending).toHaveLength(invited.ok ? 1 : 0);
		expect(await people.invitations.create(org, admin, form, origin)).toEqual(refused(403));
	});

	test('is limited to fifty an hour, per organization and per actor', async () => {
		const { org, owner, admin } = await teams.team(['admin']);
		const form = { email: someAddress(), role: 'viewer' } as const;
		for (let n = 0; n < 50; n++) await teams.invite(org, n % 2 ? owner : admin, form.email);
		const limited = { ok: false, status: 429, retryAfterS: expect.any(Number) };
		expect(await people.invitations.create(org, owner, form, origin)).toMatchObject(limited);
		const { id: other } = await createOrganization(database.sql, owner.id, 'Other', owner);
		for (let n = 0; n < 25; n++) await teams.invite(other, owner, form.email);
		expect(await people.invitations.create(other, owner, form, origin)).toMatchObject(limited);
	});

	test.each([
		[{ email: 'nobody', role: 'viewer' }, 'email'],
		[{ email: '', role: 'viewer' }, 'email'],
		[{ role: 'viewer' }, 'email'],
		[{ email: 'a@b.example\r\nBcc: c@d.example', role: 'viewer' }, 'email'],
		[{ email: 'a@b.example', role: 'root' }, 'role'],
		[{ email: 'a@b.example' }, 'role']
	])('%j is told what is wrong', (typed, field) => {
		const read = forms.read(invitations.form, typed);
		expect(read).toEqual({ ok: false, faults: { [field]: expect.any(String) } });
	});
});

describe('a link', () => {
	test('offers what it is for, and asking changes nothing', async () => {
		const { org, admin } = await teams.team(['admin'], '<script>alert(1)</script>');
		const email = someAddress();
		const token = await teams.invite(org, admin, email);
		const offer = {
			organization: '<script>alert(1)</script>',
			isSuspended: false,
			email,
			role: 'member',
			invitedBy: admin.name
		};
		expect(await people.invitations.find(token)).toEqual(offer);
		expect(await people.invitations.find(token)).toEqual(offer);
	});

	test.each(['', 'a', "'", 'x'.repeat(43), `${'x'.repeat(43)}\n`])('of %j is none', async (token) => {
		const somebody = await teams.person();
		expect(await people.invitations.find(token)).toBeNull();
		expect(await people.invitations.join(token, somebody)).toEqual(refused(404));
		expect(await people.invitations.signUp(token, newcomer, somebody)).toEqual(refused(404));
	});

	test('that has expired is as one that never was, and may be replaced by any admin', async () => {
		const { org, owner, admin } = await teams.team(['admin']);
		const email = someAddress();
		const token = await teams.invite(org, owner, email, 'owner');
		await expire(email);
		expect(await people.invitations.find(token)).toBeNull();
		expect((await people.invitations.list(org, firstPage)).items).toMatchObject([{ email, isExpired: true }]);
		expect(await people.invitations.signUp(token, newcomer, from(email))).toEqual(refused(404));
		expect(await people.invitations.join(token, await teams.person(email))).toEqual(refused(404));
		expect(await teams.roleOf(org, email)).toBeUndefined();
		await teams.invite(org, admin, email, 'viewer');
		expect((await people.invitations.list(org, firstPage)).items).toMatchObject([
			{ role: 'viewer', isExpired: false }
		]);
	});

	test('that was revoked is none, and that is noted', async () => {
		const { org, admin } = await teams.team(['admin']);
		const email = someAddress();
		const token = await teams.invite(org, admin, email);
		const [pending] = (await people.invitations.list(org, firstPage)).items;
		expect(await people.invitations.revoke(org, admin, pending?.id ?? '')).toEqual({ ok: true });
		expect(await people.invitations.revoke(org, admin, pending?.id ?? '')).toEqual(refused(404));
		expect(await people.invitations.find(token)).toBeNull();
		expect(await people.invitations.join(token, await teams.person(email))).toEqual(refused(404));
		expect(await teams.audited(org, 'revoked an invitation')).toEqual([
			{ actor: admin.name, target: email, details: { role: 'member' } }
		]);
	});

	test('that expired a month ago is forgotten', async () => {
		const { org, admin } = await teams.team(['admin']);
		const [old, young] = [someAddress(), someAddress()];
		for (const email of [old, young]) await teams.invite(org, admin, email);
		await database.sql`UPDATE invitations SET expires_at = now() - interval '31 days' WHERE email = ${old}`;
		await expire(young);
		await people.forgetOld();
		expect((await people.invitations.list(org, firstPage)).items.map(({ email }) => email)).toEqual([young]);
	});
});

test('in another organization nobody finds or revokes an invitation', async () => {
	const [here, there] = [await teams.team(['admin']), await teams.team(['admin'])];
	await teams.invite(there.org, there.owner, someAddress());
	const [pending] = (await people.invitations.list(there.org, firstPage)).items;
	expect((await people.invitations.list(here.org, firstPage)).items).toEqual([]);
	expect(await people.invitations.revoke(here.org, here.owner, pending?.id ?? '')).toEqual(refused(404));
	expect(await people.invitations.revoke(there.org, here.owner, pending?.id ?? '')).toEqual(refused(403));
	const form = { email: someAddress(), role: 'viewer' } as const;
	expect(await people.invitations.create(there.org, here.owner, form, origin)).toEqual(refused(403));
	expect((await people.invitations.list(there.org, firstPage)).items).toHaveLength(1);
});
