import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Accounts } from '../support/people/accounts.ts';
import * as purge from '../../src/lib/server/logs/purge.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { isCluster, testDatabase, type TestDatabase } from '../support/server/database.ts';
import { Teams } from '../support/people/team.ts';
import { waiting } from '../support/people/at-once.ts';
import { OrganizationRows } from '../support/logs/organization-rows.ts';

let database: TestDatabase;
let teams: Teams;
let people: Accounts;
let rows: OrganizationRows;

beforeAll(async () => {
	database = await testDatabase();
	teams = new Teams(database.sql);
	people = teams.people;
	rows = new OrganizationRows(database.sql);
});
afterAll(() => database.drop());

describe('the purge', () => {
	const deleteOrganization = async (lines: number) => {
		const { org, owner } = await teams.team();
		await rows.fill(org, lines);
		await people.deletion.remove(org, owner, 'Mill');
		return org;
	};
	/** Stops before the batch of this number. */
	const stopAt = (batch: number) => {
		let asked = 0;
		return {
			get aborted() {
				return ++asked >= batch;
			}
		} as AbortSignal;
	};

	test('goes in batches, can stop between any two of them, and is taken up by whoever comes', async () => {
		const { org: other } = await teams.team();
		await rows.fill(other, 10);
		const org = await deleteOrganization(480);
		await purge.apply(database.sql, stopAt(2));
		expect(await rows.lines(org)).toBe(280);
		expect(await rows.purgedAt(org)).toBeNull();

		await Promise.all([purge.apply(database.sql), purge.apply(database.sql), purge.apply(database.sql)]);
		await purge.apply(database.sql); // the others leave to the first what it holds
		expect(await rows.lines(org)).toBe(0);
		expect(await rows.count('idempotency_keys', org)).toBe(0);
		expect(await rows.purgedAt(org)).toBeInstanceOf(Date);
		expect(await rows.lines(other)).toBe(10);
		expect(await rows.count('idempotency_keys', other)).toBe(10);
	});

	test('of several organizations is shared by instances', async () => {
		const orgs = await Promise.all([1, 2, 3, 4].map(() => deleteOrganization(240)));
		await Promise.all([purge.apply(database.sql), purge.apply(database.sql)]);
		await purge.apply(database.sql);
		for (const org of orgs) {
			expect(await rows.lines(org)).toBe(0);
			expect(await rows.purgedAt(org)).toBeInstanceOf(Date);
		}
	});

	test.skipIf(isCluster)(
		'is not taken for done while somebody else deletes the same lines and may yet fail',
		async () => {
			const org = await deleteOrganization(10);
			let purging: Promise<void> = Promise.resolve();
			const undone = transact(database.sql, async (transaction) => {
				await transaction`DELETE FROM log_chunks WHERE org_id = ${org} AND first_seq > 5`;
				purging = purge.apply(database.sql);
				await expect.poll(() => waiting(database.sql), { interval: 5, timeout: 10_000 }).toBe(1);
				throw new Error('undone');
			});
			await expect(undone).rejects.toThrow('undone');
			await purging;
			expect(await rows.lines(org)).toBe(0);
			expect(await rows.purgedAt(org)).toBeInstanceOf(Date);
		}
	);

	test('does nothing to who is not deleted', async () => {
		const { org } = await teams.team();
		await rows.fill(org, 10);
		await purge.apply(database.sql);
		expect(await rows.lines(org)).toBe(10);
		expect(await rows.purgedAt(org)).toBeUndefined();
	});
});
