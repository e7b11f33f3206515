import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import * as memberships from '../../src/lib/server/access/memberships.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { createOrganization } from '../support/people/people.ts';
import { Teams } from '../support/people/team.ts';
import { waiting } from '../support/people/at-once.ts';

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
const taken = (slug: string) => ({
	ok: false,
	status: 409,
	faults: { slug: `"${slug}" is taken: choose another.` }
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
		expect(await teams.stateOf(org)).toMatchObject({ slug, old: [other] });
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
		const state = await teams.stateOf(org);
		expect([state?.slug, state?.old.length]).toEqual([slug, 20]);
	});

	test('is never one that another organization has or had', async () => {
		const [mine, theirs] = [await teams.team(), await teams.team()];
		const now = unused();
		await people.settings.move(theirs.org, theirs.owner, now);
		for (const slug of [now, theirs.slug]) {
			expect(await people.settings.move(mine.org, mine.owner, slug)).toEqual(taken(slug));
		}
		expect(await teams.stateOf(mine.org)).toMatchObject({ slug: mine.slug, old: [] });
		expect(await teams.stateOf(theirs.org)).toMatchObject({ slug: now, old: [theirs.slug] });
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
			await expect.poll(() => waiting(database.sql), { interval: 5, timeout: 10_000 }).toBe(1);
			return { move };
		});
		expect(await moving.move).toEqual(taken(wanted));
		expect(await teams.stateOf(org)).toMatchObject({ slug, old: [] });
	});
});
