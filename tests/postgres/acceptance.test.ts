import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import * as organizations from '../../src/lib/server/organizations/organizations.ts';
import { atOnce } from '../support/people/at-once.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { firstPage, from, password } from '../support/people/people.ts';
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

const refused = (status: number) => ({ ok: false, status, faults: { form: expect.any(String) } });
const newcomer = { name: 'New', password };

describe('somebody with an account', () => {
	test('joins once with the role, and that is noted', async () => {
		const { org, slug, admin } = await teams.team(['admin']);
		const invited = await teams.person();
		const token = await teams.invite(org, admin, invited.name, 'viewer');
		expect(await people.invitations.join(token, invited)).toEqual({ ok: true, slug });
		expect(await teams.roleOf(org, invited.name)).toBe('viewer');
		expect((await people.invitations.list(org, firstPage)).items).toEqual([]);
		expect(await people.invitations.join(token, invited)).toEqual(refused(404));
		expect(await teams.audited(org, 'joined')).toEqual([
			{ actor: invited.name, target: null, details: { role: 'viewer', 'invited by': admin.name } }
		]);
	});

	test('of another address does not, and the link stays good', async () => {
		const { org, admin } = await teams.team(['admin']);
		const invited = await teams.person();
		const token = await teams.invite(org, admin, invited.name);
		const other = await teams.person();
		expect(await people.invitations.join(token, { ...other, name: invited.name })).toEqual(refused(403));
		expect(await teams.roleOf(org, other.name)).toBeUndefined();
		expect(await people.invitations.join(token, invited)).toMatchObject({ ok: true });
	});

	test('who has joined in another way keeps the role, and the link is used up', async () => {
		const { org, slug, owner } = await teams.team(['admin']);
		const invited = await teams.person();
		const token = await teams.invite(org, owner, invited.name, 'owner');
		await organizations.join(database.sql, org, invited.id, 'viewer');
		expect(await people.invitations.join(token, invited)).toEqual({ ok: true, slug });
		expect(await teams.roleOf(org, invited.name)).toBe('viewer');
		expect((await people.invitations.list(org, firstPage)).items).toEqual([]);
		expect(await teams.audited(org, 'joined')).toEqual([]);
		expect(await teams.audited(org, 'used an invitation while already a member')).toEqual([
			{ actor: invited.name, target: null, details: { role: 'owner', 'invited by': owner.name } }
		]);
	});

	test('does not join what is suspended, and does once it is not', async () => {
		const { org, admin } = await teams.team(['admin']);
		const invited = await teams.person();
		const token = await teams.invite(org, admin, invited.name);
		await database.sql`UPDATE organizations SET suspended_at = now() WHERE id = ${org}`;
		expect(await people.invitations.find(token)).toMatchObject({ isSuspended: true });
		expect(await people.invitations.join(token, invited)).toEqual(refused(403));
		expect(await people.invitations.signUp(token, newcomer, invited)).toEqual(refused(403));
		await database.sql`UPDATE organizations SET suspended_at = NULL WHERE id = ${org}`;
		expect(await people.invitations.join(token, invited)).toMatchObject({ ok: true });
	});

	test('joins at the same instant twice: once', async () => {
		const { org, slug, admin } = await teams.team(['admin']);
		const invited = await teams.person();
		const token = await teams.invite(org, admin, invited.name);
		const join = () => people.invitations.join(token, invited);
		const answers = await atOnce(database.sql, org, join, join);
		expect(answers).toHaveLength(2);
		expect(answers).toContainEqual({ ok: true, slug });
		expect(answers).toContainEqual(refused(404));
		expect(await teams.audited(org, 'joined')).toHaveLength(1);
	});

	test('joins while it is revoked: one of both', async () => {
		const { org, admin } = await teams.team(['admin']);
		const invited = await teams.person();
		const token = await teams.invite(org, admin, invited.name);
		const [pending] = (await people.invitations.list(org, firstPage)).items;
		const [joined, revoked] = await atOnce(
			database.sql,
			org,
			() => people.invitations.join(token, invited),
			() => people.invitations.revoke(org, admin, pending?.id ?? '')
		);
		expect([joined.ok, revoked.ok].filter(Boolean)).toHaveLength(1);
		expect(await teams.roleOf(org, invited.name)).toBe(joined.ok ? 'member' : undefined);
	});

	test('tries at most ten times in a quarter of an hour', async () => {
		const somebody = await teams.person();
		const attempt = (n: number) => people.invitations.join('', { ...somebody, address: `198.51.100.${n}` });
		for (let n = 0; n < 10; n++) expect(await attempt(n)).toEqual(refused(404));
		expect(await attempt(11)).toMatchObject({ ok: false, status: 429, retryAfterS: expect.any(Number) });
	});

	test('that is none counts against nobody: one stranger shuts out none behind the same proxy', async () => {
		const tokenOf = (n: number) => (n % 2 ? `token ${n}` : String(n).padStart(43, 'x'));
		const here = from('203.0.113.7');
		const counted = async () => (await database.sql`SELECT FROM rate_limits`).count;
		const before = await counted();
		for (let n = 0; n < 25; n++)
			expect(await people.invitations.signUp(tokenOf(n), newcomer, here)).toEqual(refused(404));
		expect(await counted()).toBe(before);
		const { org, admin } = await teams.team(['admin']);
		const token = await teams.invite(org, admin, someAddress());
		expect(await people.invitations.signUp(token, newcomer, here)).toMatchObject({ ok: true });
	});
});

describe('somebody without an account', () => {
	test('gets one for that address, joins and is signed in, though sign-up is closed', async () => {
		const { org, slug, admin } = await teams.team(['admin']);
		const email = someAddress();
		const token = await teams.invite(org, admin, email);
		const typed = { ...newcomer, email: 'other@example.com' };
		const signedUp = await people.invitations.signUp(token, typed, from('198.51.100.200'));
		expect(signedUp).toMatchObject({ ok: true, slug });
		if (!signedUp.ok) return;
		const session = await people.sessions.validate(signedUp.session.token, from('198.51.100.200'));
		expect(session?.user).toMatchObject({ email, name: 'New', instanceAdmin: false });
		expect(await teams.roleOf(org, email)).toBe('member');
		expect(await people.signIn({ email, password }, from('198.51.100.201'))).toMatchObject({ ok: true });
		expect(await teams.audited(org, 'joined')).toMatchObject([{ actor: email, details: { role: 'member' } }]);
		expect(await people.invitations.signUp(token, newcomer, from('198.51.100.202'))).toEqual(refused(404));
	});

	test('at the same instant twice gets one', async () => {
		const { org, admin } = await teams.team(['admin']);
		const email = someAddress();
		const token = await teams.invite(org, admin, email);
		const signUp = () => people.invitations.signUp(token, newcomer, from(`host of ${email}`));
		const answers = await atOnce(database.sql, org, signUp, signUp);
		expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
		expect(answers).toContainEqual(refused(404));
	});

	test('chooses a password that is good enough', async () => {
		const { org, admin } = await teams.team(['admin']);
		const email = someAddress();
		const token = await teams.invite(org, admin, email);
		for (const weak of ['short', email]) {
			const answer = await people.invitations.signUp(token, { name: '', password: weak }, from(email));
			expect(answer).toEqual({ ok: false, status: 400, faults: { password: expect.any(String) } });
		}
		expect(await people.invitations.find(token)).not.toBeNull();
	});

	test('who does have one is asked to sign in, and nothing is changed', async () => {
		const { org, admin } = await teams.team(['admin']);
		const invited = await teams.person();
		const token = await teams.invite(org, admin, invited.name);
		const answer = await people.invitations.signUp(token, newcomer, from(`host of ${invited.name}`));
		expect(answer).toEqual({ ok: false, status: 409, faults: { form: expect.stringContaining('Sign in') } });
		expect(await teams.roleOf(org, invited.name)).toBeUndefined();
		const [user] = await database.sql`SELECT password_hash FROM users WHERE id = ${invited.id}`;
		expect(user?.password_hash).toBe('none');
		expect(await people.invitations.join(token, invited)).toMatchObject({ ok: true });
	});
});
