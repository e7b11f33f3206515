import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as lock from '../../src/lib/server/access/lock.ts';
import type { Person } from '../../src/lib/server/audit/audit.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { AdministrationScene, refused } from '../support/people/administration-scene.ts';
import { waiting } from '../support/people/at-once.ts';

let database: TestDatabase;
let scene: AdministrationScene;
/** One of the two instance admins there are when a test begins. */
let ada: Person;
beforeAll(async () => {
	database = await testDatabase();
	scene = new AdministrationScene(database.sql);
});
beforeEach(async () => {
	await scene.begin();
	({ ada } = scene);
});
afterAll(() => database.drop());

const administer = () => scene.administration;

describe('an organization', () => {
	test('is suspended and restored, once each, which its own audit shows', async () => {
		const { org, owner, slug } = await scene.teams.team();
		const { suspendOrganization, restoreOrganization } = administer();
		const membership = () => scene.teams.people.organizations.find(owner.id, slug);
		const done = { ok: true, name: 'Mill' };
		expect(await suspendOrganization(ada, org)).toEqual(done);
		expect((await membership())?.org.isSuspended).toBe(true);
		expect(await suspendOrganization(ada, org)).toEqual(done);
		expect(await restoreOrganization(ada, org)).toEqual(done);
		expect(await restoreOrganization(ada, org)).toEqual(done);
		expect((await membership())?.org.isSuspended).toBe(false);
		expect(await scene.recorded(ada)).toEqual([
			{ org, action: 'suspended an organization', target: 'Mill' },
			{ org, action: 'restored an organization', target: 'Mill' }
		]);
		const { events } = await scene.teams.people.auditList.of(org, { q: ada.name });
		expect(events.map(({ actor }) => actor)).toEqual([ada.name, ada.name]);
	});

	test('is suspended and restored while its address changes: neither waits for the other for ever', async () => {
		const { org, owner } = await scene.teams.team();
		const move = () => scene.teams.people.settings.move(org, owner, `m-${randomUUID().slice(0, 8)}`);
		const { suspendOrganization, restoreOrganization } = administer();
		for (const change of [suspendOrganization, restoreOrganization, suspendOrganization]) {
			const { begun } = await transact(database.sql, async (transaction) => {
				await lock.organization(transaction, org);
				const moving = move();
				await expect.poll(() => waiting(database.sql), { interval: 5, timeout: 10_000 }).toBe(1);
				const begun = Promise.all([moving, change(ada, org)]);
				begun.catch(() => {}); // awaited below
				await expect.poll(() => waiting(database.sql), { interval: 5, timeout: 10_000 }).toBe(2);
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

describe('a user', () => {
	test('is signed out everywhere when suspended, and signs in anew when restored', async () => {
		const person = await scene.teams.person();
		const session = () => scene.teams.people.sessions.create(person.id, person);
		const [{ token }] = [await session(), await session()];
		expect(await administer().suspendUser(ada, person.id)).toEqual({ ok: true, name: person.name });
		expect(await scene.stateOf(person)).toEqual({ admin: false, suspended: true, sessions: 0 });
		expect(await administer().restoreUser(ada, person.id)).toEqual({ ok: true, name: person.name });
		expect(await scene.teams.people.sessions.validate(token, person)).toBeNull();
		expect(await scene.teams.people.sessions.validate((await session()).token, person)).not.toBeNull();
		expect(await scene.recorded(ada)).toEqual([
			{ org: null, action: 'suspended a user', target: person.name },
			{ org: null, action: 'restored a user', target: person.name }
		]);
	});

	test('becomes an instance admin and is one no more, once each', async () => {
		const person = await scene.teams.person();
		const { grantAdmin, withdrawAdmin } = administer();
		expect(await grantAdmin(ada, person.id)).toEqual({ ok: true, name: person.name });
		expect(await grantAdmin(ada, person.id)).toEqual({ ok: true, name: person.name });
		expect((await scene.stateOf(person)).admin).toBe(true);
		expect(await withdrawAdmin(person, ada.id)).toEqual({ ok: true, name: ada.name });
		expect(await withdrawAdmin(person, ada.id)).toEqual({ ok: true, name: ada.name });
		expect((await scene.stateOf(ada)).admin).toBe(false);
		expect(await scene.recorded(ada)).toEqual([
			{ org: null, action: 'added an instance admin', target: person.name }
		]);
		expect(await scene.recorded(person)).toEqual([
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
		const person = await scene.teams.person();
		await administer().suspendUser(ada, person.id);
		expect(await administer().grantAdmin(ada, person.id)).toEqual(refused(400, 'restore the account first'));
		expect((await scene.stateOf(person)).admin).toBe(false);
	});
});
