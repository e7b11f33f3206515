import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { linesOf, makeOrganization, receive, line, sealAll } from '../support/logs/lines.ts';

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

const append = (org: string, entries: unknown) =>
	database.sql`SELECT * FROM append_logs(${org}, ${JSON.stringify(entries)}::text::jsonb)`;

test('entries appended by SQL are lines like all others, between those that a server appends', async () => {
	const { sql } = database;
	const org = await makeOrganization(sql);
	await receive(sql, org, [line('by a server')]);
	const [range] = await append(org, [
		{ message: 'everything', time: '2026-11-01T12:00:00.123Z', level: 'error', service: 'api', host: 'db-1' },
		{ message: 'nothing' },
		{
			message: 'attributes',
			severity: 13,
			attributes: { a: 1.5, b: { c: [null] } },
			trace_id: 't',
			span_id: 's'
		}
	]);
	expect(range).toEqual({ first_seq: 2, last_seq: 4 });
	await receive(sql, org, [line('by a server again')]);

	for (const seal of [() => Promise.resolve(), () => sealAll(sql)]) {
		await seal();
		const lines = await linesOf(sql, org);
		expect(lines.map(({ seq, message }) => [seq, message])).toEqual([
			[1, 'by a server'],
			[2, 'everything'],
			[3, 'nothing'],
			[4, 'attributes'],
			[5, 'by a server again']
		]);
		expect(lines[1]).toMatchObject({
			time: '2026-11-01T12:00:00.123Z',
			level: 'error',
			service: 'api',
			host: 'db-1'
		});
		expect(lines[2]).toMatchObject({
			severity: 9,
			service: 'default',
			host: null,
			attributes: {},
			trace_id: null
		});
		expect(lines[2]?.time).toBe(lines[2]?.received_at);
		expect(lines[3]).toMatchObject({
			severity: 13,
			attributes: { a: 1.5, b: { c: [null] } },
			trace_id: 't',
			span_id: 's'
		});
	}
	const services = await sql`SELECT service FROM log_services WHERE org_id = ${org} ORDER BY 1`;
	expect(services.map(({ service }) => service as string)).toEqual(['api', 'default']);
});

test('an append by SQL wakes those who follow the organization', async () => {
	const org = await makeOrganization(database.sql);
	const woken = Promise.withResolvers<void>();
	const { unlisten } = await database.sql.listen(`logs_${org}`, () => woken.resolve());
	onTestFinished(unlisten);
	await append(org, [{ message: 'hello' }]);
	await woken.promise;
});

test.each([
	['no entries', []],
	['more entries than a chunk holds', Array(8_193).fill({ message: 'm' })],
	['an entry that is no object', [{ message: 'm' }, 'm']],
	['attributes that are no object', [{ message: 'm', attributes: [1] }]],
	['a time more than a day ahead', [{ message: 'm', time: new Date(Date.now() + 25 * 3_600_000) }]]
])('%s are refused with a sentence, and nothing is stored', async (_, entries) => {
	const org = await makeOrganization(database.sql);
	await expect(append(org, entries)).rejects.toMatchObject({ code: '22023', message: /^append_logs takes/ });
	expect(await linesOf(database.sql, org)).toEqual([]);
});

test('an organization that there is not is refused', async () => {
	const nobody = '018f0000-0000-7000-8000-000000000000';
	await expect(append(nobody, [{ message: 'm' }])).rejects.toThrow('there is no organization');
});
