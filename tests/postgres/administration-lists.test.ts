import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Person } from '../../src/lib/server/audit/audit.ts';
import * as pages from '../../src/lib/server/lists/pages.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { AdministrationScene } from '../support/people/administration-scene.ts';

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

describe('the lists', () => {
	test('count members and the keys that still work', async () => {
		const name = `Counted ${randomUUID().slice(0, 8)}`;
		const { org, owner, slug } = await scene.teams.team(['admin', 'viewer'], name);
		await scene.teams.team([], 'Counted by nobody');
		const scopes = ['read' as const];
		for (const expiresAt of [null, new Date(Date.now() + 60_000), new Date(Date.now() - 60_000)])
			await scene.teams.people.keys.make(org, owner, { name: 'k', scopes, expiresAt });
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
		await scene.teams.people.sessions.create(owner.id, owner);
		const [seen] = (await administer().users({ q: owner.name, page: 1 })).items;
		expect(seen?.lastSeenAt).toBeInstanceOf(Date);
	});

	test('have 50 on a page, each once', async () => {
		await database.sql`
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
