import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Entry } from '../../src/lib/log/entry.ts';
import { expectProblem } from '../support/server/problem.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

interface Listed {
	logs: Entry[];
	head: number;
	next: number | null;
	cursor: string | null;
	searched: { from: string | null; to: string | null; lines: number; complete: boolean };
}

let site: Site;
let tenant: Tenant;
const count = 250;
const minute = (number: number) => new Date(Date.UTC(2026, 0, 1, 0, number)).toISOString();

beforeAll(async () => {
	site = await startSite();
	tenant = await site.tenant();
	const entries = Array.from({ length: count }, (_, index) => ({
		message: `line ${index + 1}`,
		level: (index + 1) % 10 === 0 ? 'error' : 'info',
		time: minute(index + 1)
	}));
	await tenant.send(...entries);
});
afterAll(() => site.stop());

async function list(parameters: Record<string, string | number> = {}): Promise<Listed> {
	const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
	const response = await tenant.fetch(`/api/logs?${query}`);
	expect(response.status).toBe(200);
	return (await response.json()) as Listed;
}

const seqs = ({ logs }: Listed) => logs.map(({ seq }) => seq);
const down = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, index) => from - index);
const up = (from: number, to: number) => down(to, from).reverse();

describe('a page', () => {
	test('has the newest 100 lines, newest first, the head, and where to go on', async () => {
		const page = await list();
		expect(seqs(page)).toEqual(down(count, 151));
		expect(page).toMatchObject({ head: count, next: null, searched: { complete: true } });
		const second = await list({ cursor: page.cursor ?? '' });
		expect(seqs(second)).toEqual(down(150, 51));
		const third = await list({ cursor: second.cursor ?? '' });
		expect(seqs(third)).toEqual(down(50, 1));
		expect(third).toMatchObject({ cursor: null, searched: { from: null, to: null, complete: true } });
	});

	test('has as many lines as asked for', async () => {
		expect(seqs(await list({ limit: 3 }))).toEqual([250, 249, 248]);
		expect(seqs(await list({ limit: 1000 }))).toEqual(down(count, 1));
	});

	test('before a line has those that came before it, newest first', async () => {
		expect(seqs(await list({ before: 4 }))).toEqual([3, 2, 1]);
	});

	test('after a line has those that came after it, oldest first', async () => {
		expect(seqs(await list({ after: 247 }))).toEqual([248, 249, 250]);
	});

	test('between two lines has those in between, oldest first', async () => {
		expect(await list({ after: 3, before: 7 })).toMatchObject({ next: null });
		expect(seqs(await list({ after: 3, before: 7 }))).toEqual([4, 5, 6]);
		expect(await list({ after: 3, before: 7, limit: 2 })).toMatchObject({ next: 5 });
		expect(seqs(await list({ after: 7, before: 3 }))).toEqual([]);
	});

	test('says that there is nothing further', async () => {
		expect(await list({ after: count })).toMatchObject({ logs: [], next: null, head: count });
		expect(await list({ before: 1 })).toMatchObject({ logs: [], next: null });
		expect(await list({ before: 4, limit: 10 })).toMatchObject({ next: null });
	});

	test('of an organization without a line is empty', async () => {
		const response = await (await site.tenant()).fetch('/api/logs');
		expect(await response.json()).toEqual({
			...{ logs: [], head: 0, next: null, cursor: null },
			searched: { from: null, to: null, lines: 0, complete: true }
		});
	});
});

describe('going on from next', () => {
	test.each([
		['backward', 7, ''],
		['backward', 250, ''],
		['backward', 4, 'level:error'],
		['backward', 1, 'level:error'],
		['forward', 7, ''],
		['forward', 125, ''],
		['forward', 4, 'level:error']
	])('%s by %i visits every line once: %s', async (direction, limit, q) => {
		const visited: number[] = [];
		let cursor: number | null = direction === 'forward' ? 0 : count + 1;
		for (let pages = 0; cursor !== null; pages++) {
			expect(pages).toBeLessThan(count + 2);
			const page: Listed = await list({ [direction === 'forward' ? 'after' : 'before']: cursor, limit, q });
			visited.push(...seqs(page));
			cursor = page.next;
		}
		const all = up(1, count).filter((seq) => q === '' || seq % 10 === 0);
		expect(visited).toEqual(direction === 'forward' ? all : all.reverse());
	});
});

describe('a filter', () => {
	test('leaves only what matches', async () => {
		expect(seqs(await list({ q: 'level:error', limit: 3 }))).toEqual([250, 240, 230]);
		expect(seqs(await list({ q: '"line 25"' }))).toEqual([250, 25]);
	});

	test('by time takes the first moment and not the last', async () => {
		expect(seqs(await list({ from: minute(10), to: minute(13) }))).toEqual([12, 11, 10]);
		expect(seqs(await list({ from: minute(249) }))).toEqual([250, 249]);
		expect(seqs(await list({ to: minute(3) }))).toEqual([2, 1]);
		expect(seqs(await list({ from: minute(13), to: minute(10) }))).toEqual([]);
	});

	test('goes together with a query', async () => {
		expect(seqs(await list({ from: minute(5), to: minute(25), q: 'level:error' }))).toEqual([20, 10]);
	});
});

test.each([
	['limit=0', 'limit'],
	['limit=1001', 'limit'],
	['limit=-1', 'limit'],
	['limit=ten', 'limit'],
	['limit=', 'limit'],
	['before=x', 'before'],
	['after=-1', 'after'],
	['after=99999999999999999', 'after'],
	['from=someday', 'from'],
	['to=25:00', 'to'],
	['cursor=x', 'cursor'],
	['cursor=W10&before=3', 'cursor'],
	['cursor=WzUsMSwzXQ&order=oldest', 'cursor'],
	['cursor=Wy01LC0xLDNd', 'cursor'],
	['q=(', 'q'],
	['q=level:loud', 'q']
])('%s is refused, and the answer names the parameter', async (query, name) => {
	const { detail } = await expectProblem(await tenant.fetch(`/api/logs?${query}`), 400);
	expect(detail).toContain(name);
});
