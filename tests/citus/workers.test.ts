import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { connect, type Sql } from '../../src/lib/server/postgres/connect.ts';
import { sameDatabase, Workers } from '../../src/lib/server/postgres/workers.ts';
import { at } from '../support/citus/cluster.ts';
import { line, makeOrganization, receive } from '../support/logs/lines.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { freePort } from '../support/server/other-postgres.ts';

let database: TestDatabase;
let org: string;
beforeAll(async () => {
	database = await testDatabase();
	org = await makeOrganization(database.sql);
	await receive(database.sql, org, ['a', 'b', 'c'].map(line));
});
afterAll(() => database.drop());

const workers = new Set(
	inject('databaseNodes')
		.slice(1)
		.map((node) => Number(new URL(node).port))
);

/** What is read of the organization, and the port that it is read from. */
async function look(sql: Sql): Promise<{ lines: number; port: number }> {
	const [found] = await sql<{ lines: number; port: number }[]>`
		SELECT sum(lines)::int AS lines FROM log_chunks WHERE org_id = ${org}`;
	const [{ port } = { port: 0 }] = await sql<{ port: number }[]>`SELECT current_setting('port')::int AS port`;
	return { lines: found?.lines ?? 0, port };
}

test('an organization is read from the worker that has it, past the coordinator', async () => {
	const opened: Sql[] = [];
	const open = (host: string, port: number) => {
		const sql = sameDatabase(database.url, { max: 1 })(host, port);
		opened.push(sql);
		return sql;
	};
	const failures: unknown[] = [];
	const reads = new Workers({ sql: database.sql, open, failed: (error) => failures.push(error) });
	for (let time = 0; time < 2; time++) {
		const { lines, port } = await reads.read(org, look);
		expect(lines).toBe(3);
		expect(workers).toContain(port);
	}
	expect(opened).toHaveLength(1);
	expect(failures).toEqual([]);
	await opened[0]?.end();
});

test('a worker that does not let the server in is reported once, and the coordinator is read', async () => {
	const nowhere = connect(at(database.url, await freePort()), { max: 1 });
	const failed: object[] = [];
	const reads = new Workers({
		sql: database.sql,
		open: () => nowhere,
		failed: (_, worker) => failed.push(worker)
	});
	const coordinator = Number(new URL(database.url).port);
	for (let time = 0; time < 2; time++)
		expect(await reads.read(org, look)).toEqual({ lines: 3, port: coordinator });
	expect(failed).toEqual([
		{ host: '127.0.0.1', port: expect.toSatisfy((port: number) => workers.has(port)) }
	]);
	await nowhere.end();
});
