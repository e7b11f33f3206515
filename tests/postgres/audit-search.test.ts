import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditListOn } from '../support/people/accounts.ts';
import type { Sql } from '../../src/lib/server/postgres/connect.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { AuditScene, numbered } from '../support/people/audit-scene.ts';

let database: TestDatabase;
let sql: Sql;
let scene: AuditScene;
beforeAll(async () => {
	database = await testDatabase();
	sql = database.sql;
	scene = new AuditScene(sql);
});
afterAll(() => database.drop());

describe('a search', () => {
	test('finds stretch by stretch what one look would find, and says how far it came when that takes long', async () => {
		const org = await scene.emptyOrg();
		await scene.fill(org, 120);
		const short = auditListOn(sql, { stride: 7, patience: 60_000 });
		for (const wanted of [{ q: 'number' }, { q: '12' }, { q: 'absent' }, { action: 'invited' }] as const) {
			expect(await short.of(org, wanted)).toEqual(await scene.list.of(org, wanted));
			const every = await Array.fromAsync(short.everyOf(org, wanted));
			expect(every.flat()).toEqual((await Array.fromAsync(scene.list.everyOf(org, wanted))).flat());
		}
		const hasty = auditListOn(sql, { stride: 50, patience: 0 });
		const come: unknown[] = [];
		let before: string | undefined;
		do {
			const { events, next, notice } = await hasty.of(org, { q: 'number 12', before });
			come.push([events.map(({ target }) => target), notice]);
			before = next ?? undefined;
		} while (before !== undefined);
		const far = expect.stringMatching(/has come to \d{4}-\d\d-\d\d \d\d:\d\d UTC\. Continue with "Older"/);
		expect(come).toEqual([
			[['number 120', 'number 112'], far],
			[[], far],
			[['number 12'], null]
		]);
		const every = (await Array.fromAsync(hasty.everyOfInstance({ q: 'number' }))).flat();
		expect(every.filter(({ orgId }) => orgId === org)).toHaveLength(120);
	});

	test('ends with its client', async () => {
		const org = await scene.emptyOrg();
		await scene.fill(org, 100);
		const leaving = new AbortController();
		const { search } = await transact(sql, async (transaction) => {
			await transaction`LOCK TABLE audit_events`;
			const search = auditListOn(sql, { stride: 10, patience: 60_000 }).of(
				org,
				{ q: 'number' },
				leaving.signal
			);
			search.catch(() => {}); // whoever awaits it hears of it below
			await expect.poll(() => scene.waiting('tailrace test'), { interval: 5 }).toBe(1);
			leaving.abort();
			return { search };
		});
		expect((await search).events.map(({ target }) => target)).toEqual(numbered(100, 91));
	});
});
