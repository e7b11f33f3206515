import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Entry } from '../../src/lib/log/entry.ts';
import { expectProblem } from '../support/server/problem.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

let site: Site;
let tenant: Tenant;
const hour = 3_600_000;
/** Three hours ago, at a full hour. */
const start = Math.floor(Date.now() / hour) * hour - 3 * hour;
const at = (ms: number) => new Date(start + ms).toISOString();
const second = 1_000;

/** 300 lines, one a second for five minutes: every tenth an error, every third of the service web; 250 of one millisecond follow. */
beforeAll(async () => {
	site = await startSite();
	tenant = await site.tenant();
	const lines = Array.from({ length: 300 }, (_, index) => ({
		message: `line ${index + 1}`,
		level: index % 10 === 0 ? 'error' : 'info',
		service: index % 3 === 0 ? 'web' : 'api',
		host: `node-${index % 2}`,
		attributes: { status: index % 10 === 0 ? 500 : 200, user: { id: index % 4 } },
		time: at(index * second)
	}));
	const crowd = Array.from({ length: 250 }, (_, index) => ({
		message: `crowd ${index + 1}`,
		service: 'crowd',
		time: at(hour)
	}));
	await tenant.send(...lines);
	await tenant.send(...crowd);
});
afterAll(() => site.stop());

async function read<Body>(path: string, accept = 'application/json'): Promise<Body> {
	const response = await tenant.fetch(path, { headers: { accept } });
	expect(response.status).toBe(200);
	return (await response.json()) as Body;
}

const within = `from=${at(0)}&to=${at(5 * 60 * second)}`;

describe('a histogram', () => {
	test('counts lines by time and level, in bars of a width that people read', async () => {
		const found = await read<{ width_ms: number; bars: number[][]; matched: number; from: string }>(
			`/api/logs/histogram?${within}&bars=10`
		);
		expect(found).toMatchObject({ width_ms: 30_000, matched: 300, from: at(0) });
		expect(found).toMatchObject({ levels: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] });
		expect(found.bars).toEqual(Array(10).fill([0, 0, 27, 0, 3, 0]));
	});

	test('counts what a query matches', async () => {
		const found = await read<{ bars: number[][]; matched: number }>(
			`/api/logs/histogram?${within}&bars=5&q=${encodeURIComponent('status:500 service:web')}`
		);
		expect(found.matched).toBe(10);
		expect(found.bars).toEqual(Array(5).fill([0, 0, 0, 0, 2, 0]));
	});

	test('of an organization without lines is there, and empty', async () => {
		const empty = await site.tenant();
		const response = await empty.fetch('/api/logs/histogram');
		expect(await response.json()).toMatchObject({ matched: 0, searched: { complete: true } });
	});
});

test('fields have their most frequent values, and say whether they are exact', async () => {
	const { fields, sampled } = await read<{
		sampled: number;
		fields: { name: string; exact: boolean; values: { value: string; count: number }[] }[];
	}>(`/api/logs/fields?${within}`);
	expect(sampled).toBe(300);
	const named = new Map(fields.map((field) => [field.name, field]));
	expect(named.get('level')).toEqual({
		name: 'level',
		exact: true,
		values: [
			{ value: 'info', count: 270 },
			{ value: 'error', count: 30 }
		]
	});
	expect(named.get('service')?.values).toEqual([
		{ value: 'api', count: 200 },
		{ value: 'web', count: 100 }
	]);
	expect(named.get('host')?.values.map(({ count }) => count)).toEqual([150, 150]);
	expect(named.get('status')?.exact, 'all were counted').toBe(true);
	expect(named.get('status')?.values[0]).toEqual({ value: '200', count: 270 });
	expect(named.get('user.id')?.values).toHaveLength(4);
});

describe('one line', () => {
	test('is found by its number', async () => {
		expect(await read<Entry>('/api/logs/42')).toMatchObject({ seq: 42, message: 'line 42' });
	});

	test.each(['551', '0', '99999999999'])('%s does not exist, and the answer says so', async (seq) => {
		const { detail } = await expectProblem(await tenant.fetch(`/api/logs/${seq}`), 404);
		expect(detail).toContain('the newest is 550');
	});

	test('of something that is no number does not exist', async () => {
		await expectProblem(await tenant.fetch('/api/logs/latest'), 404);
	});

	test('of another organization does not exist', async () => {
		await expectProblem(await (await site.tenant()).fetch('/api/logs/42'), 404);
	});
});

describe('context', () => {
	interface Context {
		before: Entry[];
		line: Entry;
		after: Entry[];
	}
	const messages = (entries: Entry[]) => entries.map(({ message }) => message);

	test('is the lines of the same service around a line, in the order of time', async () => {
		const { before, line, after } = await read<Context>('/api/logs/100/context?before=2&after=2');
		expect(messages(before)).toEqual(['line 94', 'line 97']);
		expect(line.message).toBe('line 100');
		expect(messages(after)).toEqual(['line 103', 'line 106']);
	});

	test('is of all services if asked for', async () => {
		const { before, after } = await read<Context>('/api/logs/100/context?before=1&after=3&all=1');
		expect(messages([...before, ...after])).toEqual(['line 99', 'line 101', 'line 102', 'line 103']);
	});

	test('of 250 lines of one millisecond goes through them one by one', async () => {
		const { before, after } = await read<Context>('/api/logs/425/context?before=200&after=200');
		const numbers = [...before, ...after].map(({ seq }) => seq);
		const all = Array.from({ length: 250 }, (_, index) => 301 + index);
		expect(numbers).toEqual(all.filter((seq) => seq !== 425));
	});

	test('takes no more than 1,000', async () => {
		const { detail } = await expectProblem(await tenant.fetch('/api/logs/100/context?before=1001'), 400);
		expect(detail).toContain('before');
	});
});

describe('the oldest lines first', () => {
	interface Page {
		logs: Entry[];
		cursor: string | null;
		searched: { from: string; to: string };
	}

	test('come page by page, in the order of time', async () => {
		const wanted = `/api/logs?${within}&q=level:error&order=oldest&limit=20`;
		const first = await read<Page>(wanted);
		const rest = await read<Page>(`${wanted}&cursor=${first.cursor}`);
		expect([...first.logs, ...rest.logs].map(({ seq }) => seq)).toEqual(
			Array.from({ length: 30 }, (_, index) => index * 10 + 1)
		);
		expect(rest.cursor).toBe(null);
		expect(rest.searched.to).toBe(at(5 * 60 * second));
	});

	test('are asked for in these words', async () => {
		const { detail } = await expectProblem(await tenant.fetch('/api/logs?order=up'), 400);
		expect(detail).toContain('newest or oldest');
	});
});

describe('a search that streams', () => {
	test('gives lines, bars and fields, and ends by saying that it is complete', async () => {
		const query = `${within}&q=level:error&bars=5&fields=1&limit=7`;
		const response = await tenant.fetch(`/api/logs/search?${query}`, {
			headers: { accept: 'application/x-ndjson' }
		});
		const text = await response.text();
		const events = text
			.trim()
			.split('\n')
			.map((line) => JSON.parse(line) as { event: string; data: unknown });
		const lines = events.filter(({ event }) => event === 'lines').flatMap(({ data }) => data as Entry[]);
		expect(lines.map(({ message }) => message)).toEqual(
			[291, 281, 271, 261, 251, 241, 231].map((number) => `line ${number}`)
		);
		const last = (name: string) => events.findLast(({ event }) => event === name)?.data;
		expect(last('histogram')).toMatchObject({ bars: Array(5).fill([0, 0, 0, 0, 6, 0]) });
		expect(last('fields')).toMatchObject({ sampled: 30 });
		expect(events.at(-1)).toMatchObject({
			event: 'done',
			data: { matched: 30, cursor: expect.any(String), searched: { complete: true } }
		});
	});

	test('is server-sent events otherwise', async () => {
		const response = await tenant.fetch('/api/logs/search?q=nosuchword');
		expect(response.headers.get('content-type')).toBe('text/event-stream');
		expect(await response.text()).toMatch(/event: done\ndata: \{"matched":0,.*"complete":true\}\}\n\n$/);
	});
});

test.each([
	['/api/logs/histogram?bars=501', 'bars'],
	['/api/logs/histogram?from=x', 'from'],
	['/api/logs/search?fields=2', 'fields'],
	['/api/logs/fields?q=(', 'q']
])('%s is refused', async (path, name) => {
	const { detail } = await expectProblem(await tenant.fetch(path), 400);
	expect(detail).toContain(name);
});
