import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import * as deployRetention from '../../src/lib/server/organizations/deploy-retention.ts';
import * as forms from '../../src/lib/server/forms/forms.ts';
import * as settings from '../../src/lib/server/organizations/settings.ts';
import * as memberships from '../../src/lib/server/access/memberships.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { atOnce } from '../support/people/at-once.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { createOrganization, firstPage } from '../support/people/people.ts';
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

const unused = () => `s-${randomBytes(6).toString('hex')}`;
const gone = { ok: false, status: 404, faults: { form: 'The organization was deleted.' } };
const taken = (slug: string) => ({
	ok: false,
	status: 409,
	faults: { slug: `"${slug}" is taken: choose another.` }
});

/** As it stands in the database. */
async function stateOf(org: string) {
	const [row] = await database.sql`
		SELECT slug, name, retention_days AS days,
			ARRAY(SELECT slug FROM old_slugs WHERE org_id = ${org} ORDER BY created_at, slug) AS old
		FROM organizations WHERE id = ${org}`;
	return row;
}

describe('the forms', () => {
	test.each([
		['', 'Enter an address.'],
		['  ', 'Enter an address.'],
		['x'.repeat(49), 'Use at most 48 characters.'],
		['mühle', 'Use the letters a to z, digits and dashes.'],
		['a b', 'Use the letters a to z, digits and dashes.'],
		['../admin', 'Use the letters a to z, digits and dashes.'],
		['-a', 'Begin and end with a letter or a digit, and use single dashes.'],
		['a-', 'Begin and end with a letter or a digit, and use single dashes.'],
		['a--b', 'Begin and end with a letter or a digit, and use single dashes.'],
		['admin', '"admin" is reserved by Tailrace: choose another.']
	])('refuse %j as an address and say why', (slug, sentence) =>
		expect(forms.read(settings.address, { slug })).toEqual({ ok: false, faults: { slug: sentence } })
	);

	test.each([
		[' Mill-7 ', 'mill-7'],
		['x'.repeat(48), 'x'.repeat(48)]
	])('take %j as an address', (typed, slug) =>
		expect(forms.read(settings.address, { slug: typed })).toEqual({ ok: true, values: { slug } })
	);

	test.each(['', '0', '-1', '1.5', '1e3', '36501', '999999', 'ten'])('refuse %j as days', (days) =>
		expect(forms.read(settings.retention, { days })).toEqual({
			ok: false,
			faults: { days: 'Enter a whole number of days, from 1 to 36500.' }
		})
	);

	test.each([
		['1', 1],
		[' 36500 ', 36_500]
	])('take %j as days', (typed, days) =>
		expect(forms.read(settings.retention, { days: typed })).toEqual({ ok: true, values: { days } })
	);

	test('take what people call themselves as a name, in one line', () => {
		expect(forms.read(settings.name, { name: ' Mühle & <b>Söhne</b> ' })).toMatchObject({
			values: { name: 'Mühle & <b>Söhne</b>' }
		});
		for (const name of ['', ' ', 'x'.repeat(101), 'a\nb', 'a\u0000b']) {
			expect(forms.read(settings.name, { name })).toMatchObject({ ok: false, faults: { name: /./ } });
		}
	});
});

describe('the name', () => {
	test('is changed, and the address stays', async () => {
		const { org, slug, owner } = await teams.team();
		expect(await people.settings.rename(org, owner, 'Admin')).toEqual({ ok: true });
		expect(await people.settings.rename(org, owner, 'Admin')).toEqual({ ok: true });
		expect(await stateOf(org)).toMatchObject({ name: 'Admin', slug, old: [] });
		expect(await teams.audited(org, 'changed the name')).toEqual([
			{ actor: owner.name, target: 'Admin', details: { from: 'Mill', to: 'Admin' } }
		]);
	});

	test('changed twice at the same instant is recorded as a chain', async () => {
		const { org, owner, admin } = await teams.team(['admin']);
		await atOnce(
			database.sql,
			org,
			() => people.settings.rename(org, owner, 'One'),
			() => people.settings.rename(org, admin, 'Two')
		);
		const [first, second] = await teams.audited(org, 'changed the name');
		expect(first?.details.from).toBe('Mill');
		expect(second?.details.from).toBe(first?.details.to);
		expect(await stateOf(org)).toMatchObject({ name: second?.details.to });
	});
});

describe('the address', () => {
	test('is changed, and the old ones lead to the new one for its members alone', async () => {
		const { org, slug, owner } = await teams.team();
		const [first, second] = [unused(), unused()];
		for (const to of [first, second, second])
			expect(await people.settings.move(org, owner, to)).toEqual({ ok: true });
		for (const address of [slug, first, second]) {
			expect(await people.organizations.find(owner.id, address)).toMatchObject({
				org: { id: org, slug: second }
			});
			expect(await people.organizations.isAddressOf(org, address)).toBe(true);
		}
		const { owner: other } = await teams.team();
		expect(await people.organizations.find(other.id, slug)).toBeNull();
		expect(await teams.audited(org, 'changed the address')).toMatchObject([
			{ details: { from: slug, to: first } },
			{ details: { from: first, to: second } }
		]);
	});

	test('becomes an old one of its own again', async () => {
		const { org, slug, owner } = await teams.team();
		const other = unused();
		await people.settings.move(org, owner, other);
		expect(await people.settings.move(org, owner, slug)).toEqual({ ok: true });
		expect(await stateOf(org)).toMatchObject({ slug, old: [other] });
	});

	test('has twenty old ones at most, and then goes back to one of them', async () => {
		const { org, slug, owner } = await teams.team();
		await database.sql`
			INSERT INTO old_slugs (slug, org_id) SELECT ${unused()} || n, ${org} FROM generate_series(1, 19) AS n`;
		const [twentieth, further] = [unused(), unused()];
		expect(await people.settings.move(org, owner, twentieth)).toEqual({ ok: true });
		expect(await people.settings.move(org, owner, further)).toEqual({
			ok: false,
			status: 409,
			faults: { slug: 'An organization keeps at most 20 old addresses: go back to one of them.' }
		});
		expect(await people.organizations.find(owner.id, further)).toBeNull();
		expect(await people.settings.move(org, owner, slug)).toEqual({ ok: true });
		expect(await people.settings.move(org, owner, further)).toMatchObject({ status: 409 });
		const state = await stateOf(org);
		expect([state?.slug, state?.old.length]).toEqual([slug, 20]);
	});

	test('is never one that another organization has or had', async () => {
		const [mine, theirs] = [await teams.team(), await teams.team()];
		const now = unused();
		await people.settings.move(theirs.org, theirs.owner, now);
		for (const slug of [now, theirs.slug]) {
			expect(await people.settings.move(mine.org, mine.owner, slug)).toEqual(taken(slug));
		}
		expect(await stateOf(mine.org)).toMatchObject({ slug: mine.slug, old: [] });
		expect(await stateOf(theirs.org)).toMatchObject({ slug: now, old: [theirs.slug] });
		expect(await teams.audited(mine.org, 'changed the address')).toEqual([]);
	});

	test('that is an old one makes a new organization of that name take a number', async () => {
		const { org, owner } = await teams.team();
		const slug = unused();
		await people.settings.move(org, owner, slug);
		await people.settings.move(org, owner, unused());
		const made = await createOrganization(database.sql, owner.id, slug);
		expect(made.slug).toBe(`${slug}-2`);
		expect(await memberships.findBySlug(database.sql, slug)).toMatchObject({ id: org });
	});

	test('wanted by several at the same instant goes to one, and the rest are told', async () => {
		const all = await Promise.all(Array.from({ length: 6 }, () => teams.team()));
		const slug = unused();
		const results = await Promise.all([
			...all.map(({ org, owner }) => people.settings.move(org, owner, slug)),
			createOrganization(database.sql, all[0]!.owner.id, slug)
		]);
		const moved = results.filter((result) => 'ok' in result && result.ok);
		const refused = results.filter((result) => 'ok' in result && !result.ok);
		expect(moved.length + refused.length).toBe(6);
		expect(moved.length).toBeLessThanOrEqual(1);
		for (const result of refused) expect(result).toEqual(taken(slug));
		const [row] = await database.sql`SELECT count(*) AS count FROM organizations WHERE slug = ${slug}`;
		expect(row?.count).toBe(1);
	});

	test('that one gives up while another wants it leads to the first for ever', async () => {
		for (let round = 0; round < 10; round++) {
			const [from, to] = [await teams.team(), await teams.team()];
			const [left, got] = await Promise.all([
				people.settings.move(from.org, from.owner, unused()),
				people.settings.move(to.org, to.owner, from.slug)
			]);
			expect([left, got]).toEqual([{ ok: true }, taken(from.slug)]);
		}
	});

	test('taken by somebody who takes no turns is a sentence, too', async () => {
		const { org, slug, owner } = await teams.team();
		const wanted = unused();
		const moving = await transact(database.sql, async (transaction) => {
			await transaction`INSERT INTO organizations (id, slug, name, retention_days)
				VALUES (${randomUUID()}, ${wanted}, 'Quick', 30)`;
			const move = people.settings.move(org, owner, wanted);
			await expect.poll(waiting, { interval: 5, timeout: 10_000 }).toBe(1);
			return { move };
		});
		expect(await moving.move).toEqual(taken(wanted));
		expect(await stateOf(org)).toMatchObject({ slug, old: [] });
	});
});

/** How many wait for a lock in this database. */
async function waiting(): Promise<number> {
	const [row] = await database.sql<{ count: number }[]>`
		SELECT count(*)::int AS count FROM pg_stat_activity
		WHERE datname = current_database() AND wait_event_type = 'Lock'`;
	return row?.count ?? 0;
}

describe('the retention of deploys', () => {
	test('is a year and ten of each at first; a change is recorded, with what it was', async () => {
		const { org, owner, viewer } = await teams.team(['viewer']);
		const { deployRetention } = people;
		const [first, then] = [
			{ days: 365, kept: 10 },
			{ days: 30, kept: 3 }
		];
		expect(await deployRetention.get(org)).toEqual(first);
		expect(await deployRetention.set(org, viewer, then)).toMatchObject({ ok: false });
		expect(await deployRetention.set(org, owner, then)).toEqual({ ok: true, before: first });
		expect(await deployRetention.set(org, owner, then)).toEqual({ ok: true, before: then });
		expect(await deployRetention.among([org, randomUUID()])).toEqual(new Map([[org, then]]));
		expect(await teams.audited(org, 'changed the retention of deploys')).toEqual([
			{
				actor: owner.name,
				target: 'Mill',
				details: { from: '365 days, at least 10', to: '30 days, at least 3' }
			}
		]);
	});

	test.each([
		['0', '1', 'deployDays'],
		['36501', '1', 'deployDays'],
		['', '1', 'deployDays'],
		['7', '0', 'deploysKept'],
		['7', '1001', 'deploysKept'],
		['7', '1.5', 'deploysKept']
	])('is not %j days and %j of each', (deployDays, deploysKept, at) => {
		const read = forms.read(deployRetention.form, { deployDays, deploysKept });
		expect(read).toEqual({ ok: false, faults: { [at]: expect.stringMatching(/^Enter a whole number/) } });
	});
});

describe('the retention', () => {
	test('is changed and recorded, with what it was', async () => {
		const { org, owner } = await teams.team();
		expect(await people.settings.keepFor(org, owner, 7)).toEqual({ ok: true, before: 30 });
		expect(await people.settings.keepFor(org, owner, 7)).toEqual({ ok: true, before: 7 });
		expect(await people.settings.keepFor(org, owner, 90)).toEqual({ ok: true, before: 7 });
		expect(await teams.audited(org, 'changed the retention')).toEqual([
			{ actor: owner.name, target: 'Mill', details: { from: 30, to: 7 } },
			{ actor: owner.name, target: 'Mill', details: { from: 7, to: 90 } }
		]);
	});
});

test('of an organization that is not there nothing is changed, nor of any other', async () => {
	const { org, owner } = await teams.team();
	const before = await stateOf(org);
	const none = randomUUID();
	expect(await people.settings.rename(none, owner, 'X')).toEqual(gone);
	expect(await people.settings.move(none, owner, unused())).toEqual(gone);
	expect(await people.settings.keepFor(none, owner, 1)).toEqual(gone);
	expect(await people.ownership.heirs(none)).toEqual([]);
	expect(await stateOf(org)).toEqual(before);
});

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
