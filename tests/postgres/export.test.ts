import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Entry } from '../../src/lib/log/entry.ts';
import { expectProblem } from '../support/server/problem.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

let site: Site;
let tenant: Tenant;

beforeAll(async () => {
	site = await startSite();
	tenant = await site.tenant();
	const lines = Array.from({ length: 300 }, (_, index) => ({
		message: `line ${index + 1}`,
		service: 'api',
		host: `node-${index % 2}`,
		attributes: { status: 200, user: { id: index % 4 } }
	}));
	await tenant.send(...lines);
});
afterAll(() => site.stop());

const get = (accept: string, query = '') => tenant.fetch(`/api/logs?${query}`, { headers: { accept } });

test('an export as NDJSON has every line, and a file name', async () => {
	const response = await get('application/x-ndjson');
	expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename=".+\.ndjson"$/);
	const lines = (await response.text())
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line) as Entry);
	expect(lines).toHaveLength(300);
	expect(lines[0]).toMatchObject({ message: 'line 300', seq: 300 });
	expect(lines.at(-1)).toMatchObject({ message: 'line 1' });
});

test('an export as CSV has a row for each line, with the attributes as they are', async () => {
	const rows = (await (await get('text/csv', 'q=%22line%20300%22')).text()).trim().split('\r\n');
	expect(rows).toEqual([
		'seq,time,received_at,level,service,host,message,trace_id,span_id,attributes',
		expect.stringMatching(
			/^300,.*,info,api,node-1,line 300,,,"\{""status"":200,""user"":\{""id"":3\}\}"$/
		) as string
	]);
});

test('an export as text is as for a terminal, and takes a limit', async () => {
	const text = await (await get('text/plain', 'limit=2')).text();
	expect(text.trim().split('\n')).toHaveLength(2);
	expect(text).toContain('line 300');
});

test('an export that cannot go on is cut, so that it does not look complete', async () => {
	const { sql } = site.database;
	const large = await site.tenant();
	const lines = Array.from({ length: 10_000 }, (_, at) => ({ message: `${at} ${'x'.repeat(600)}` }));
	for (let body = 0; body < 8; body++) await large.send(...lines);
	const response = await large.fetch('/api/logs?format=ndjson');
	const reader = response.body?.getReader();
	expect((await reader?.read())?.done).toBe(false);
	await sql`ALTER TABLE log_chunks RENAME TO chunks_elsewhere`;
	try {
		const read = async () => {
			while (!(await reader?.read())?.done);
		};
		await expect(read()).rejects.toThrow();
	} finally {
		await sql`ALTER TABLE chunks_elsewhere RENAME TO log_chunks`;
	}
});

test('an export is refused with a query that cannot be read', async () => {
	await expectProblem(await get('text/csv', 'q=('), 400);
});
