import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { digest } from '../../src/lib/server/digest.ts';
import type { Person } from '../../src/lib/server/audit/audit.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { AdministrationScene, refused } from '../support/people/administration-scene.ts';

let database: TestDatabase;
let scene: AdministrationScene;
/** The only instance admins there are when a test begins. */
let ada: Person;
let bea: Person;
beforeAll(async () => {
	database = await testDatabase();
	scene = new AdministrationScene(database.sql);
});
beforeEach(async () => {
	await scene.begin();
	({ ada, bea } = scene);
});
afterAll(() => database.drop());

const administer = () => scene.administration;

async function activeAdmins(): Promise<number> {
	const rows = await database.sql`SELECT FROM users WHERE instance_admin AND suspended_at IS NULL`;
	return rows.length;
}

/** Somebody as a browser has them ask. */
async function signedIn(person: Person): Promise<Person> {
	const { token } = await scene.teams.people.sessions.create(person.id, person);
	return { ...person, sessionId: digest(token) };
}

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
		const [{ org }, person] = [await scene.teams.team(), await scene.teams.person()];
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
		expect(await scene.recorded(bea)).toEqual([]);
		expect(await scene.stateOf(person)).toMatchObject({ admin: false, suspended: false });
	});

	test('who were signed out meanwhile change nothing', async () => {
		const [{ org }, person] = [await scene.teams.team(), await scene.teams.person()];
		const actor = await signedIn(ada);
		expect(await administer().suspendOrganization(actor, org)).toMatchObject({ ok: true });
		await scene.teams.people.sessions.endAll(ada.id);
		expect(await administer().restoreOrganization(actor, org)).toEqual(refused(401, 'Sign in again'));
		expect(await administer().grantAdmin(actor, person.id)).toEqual(refused(401, 'Sign in again'));
		expect(await scene.recorded(ada)).toHaveLength(1);
	});

	test.each(['withdrawAdmin', 'suspendUser'] as const)(
		'of two that do it to each other at the same instant one remains (%s)',
		async (change) => {
			const answers = await scene.atOnce(
				() => administer()[change](ada, bea.id),
				() => administer()[change](bea, ada.id)
			);
			expect(answers.map(({ ok }) => ok).sort()).toEqual([false, true]);
			expect(answers).toContainEqual(refused(403, 'no longer an instance admin'));
			expect(await activeAdmins()).toBe(1);
		}
	);

	test('who both step back at the same instant leave one', async () => {
		const answers = await scene.atOnce(
			() => administer().withdrawAdmin(ada, ada.id),
			() => administer().withdrawAdmin(bea, bea.id)
		);
		expect(answers).toContainEqual(refused(400, 'last active instance admin'));
		expect(await activeAdmins()).toBe(1);
	});

	test('who suspend the same one at the same instant record it once', async () => {
		const person = await scene.teams.person();
		const answers = await scene.atOnce(
			() => administer().suspendUser(ada, person.id),
			() => administer().suspendUser(bea, person.id)
		);
		expect(answers.map(({ ok }) => ok)).toEqual([true, true]);
		expect([...(await scene.recorded(ada)), ...(await scene.recorded(bea))]).toHaveLength(1);
	});

	test('are known as such for as long as they, and their session, are', async () => {
		const { token } = await scene.teams.people.sessions.create(ada.id, ada);
		const session = (await scene.teams.people.sessions.validate(token, ada))?.session.id ?? '';
		expect(await administer().isAdmin(ada.id, session)).toBe(true);
		expect(await administer().isAdmin(bea.id, session)).toBe(false);
		expect(await administer().isAdmin(ada.id, null)).toBe(false);
		await administer().withdrawAdmin(bea, ada.id);
		expect(await administer().isAdmin(ada.id, session)).toBe(false);
	});
});
