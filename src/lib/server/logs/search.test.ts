import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../log/entry.ts';
import type { Line } from './chunks/line.ts';
import { logSearch } from './search.ts';
import type { LogStore } from './store.ts';

/** Lines 1 to `count` of one organization, read as the store reads them; a page ends early at `largest` lines. */
function stored(count: number, largest = Infinity) {
	const all = Array.from({ length: count }, (_, index) => {
		const seq = index + 1;
		return { seq, entry: { seq } } as unknown as Line;
	});
	const page = (found: Line[], limit: number) => {
		const items = found.slice(0, Math.min(limit, largest));
		return Promise.resolve({ items, more: items.length === Math.min(limit, largest) });
	};
	const reads = { count: 0 };
	const search = logSearch({
		after: (_org, seq, limit) => (reads.count++, page(all.slice(Math.max(0, seq)), limit)),
		before: (_org, seq, limit) => (reads.count++, page(all.slice(0, Math.max(0, seq - 1)).reverse(), limit))
	} as Partial<LogStore> as LogStore);
	return { search, reads };
}

const seqs = (entries: Line[]) => entries.map(({ seq }) => seq);
const everySeventh = ({ seq }: Entry) => seq % 7 === 0;
const all = () => true;

describe('backward', () => {
	test('gives the newest lines that match, newest first, and where to go on', async () => {
		const { search } = stored(100);
		const found = await search.backward('acme', { matches: everySeventh, before: 101, limit: 3 });
		expect(seqs(found.lines)).toEqual([98, 91, 84]);
		expect(found.next).toBe(84);
	});

	test('says that there is nothing further when it has seen the first line', async () => {
		const { search } = stored(10);
		expect(await search.backward('acme', { matches: all, before: 11, limit: 100 })).toMatchObject({
			next: null
		});
	});

	test('looks through as many pages as it takes', async () => {
		const { search } = stored(5_000);
		const found = await search.backward('acme', {
			matches: ({ seq }) => seq === 3,
			before: 5_001,
			limit: 10
		});
		expect(found).toMatchObject({ lines: [{ seq: 3 }], next: null });
	});

	test('gives up after 200,000 lines, and says where to go on', async () => {
		const { search, reads } = stored(300_000);
		const found = await search.backward('acme', { matches: () => false, before: 300_001, limit: 10 });
		expect(found).toEqual({ lines: [], next: 100_001 });
		expect(reads.count).toBe(200);
	});
});

describe('forward', () => {
	test('gives the oldest lines after a cursor, oldest first', async () => {
		const { search } = stored(100);
		const found = await search.forward('acme', { matches: everySeventh, after: 14, limit: 3 });
		expect(seqs(found.lines)).toEqual([21, 28, 35]);
		expect(found.next).toBe(35);
	});
});

test('going on from next visits every matching line once, in either direction, however the pages fall', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.record({
				count: fc.nat(2_500),
				limit: fc.integer({ min: 1, max: 300 }),
				largest: fc.integer({ min: 1, max: 1_200 }),
				every: fc.integer({ min: 1, max: 50 }),
				forward: fc.boolean()
			}),
			async ({ count, limit, largest, every, forward }) => {
				const { search } = stored(count, largest);
				const matches = ({ seq }: Entry) => seq % every === 0;
				const visited: number[] = [];
				let cursor: number | null = forward ? 0 : count + 1;
				while (cursor !== null) {
					const found: Awaited<ReturnType<typeof search.forward>> = forward
						? await search.forward('acme', { matches, after: cursor, limit })
						: await search.backward('acme', { matches, before: cursor, limit });
					visited.push(...seqs(found.lines));
					cursor = found.next;
				}
				const expected = Array.from({ length: Math.floor(count / every) }, (_, index) => (index + 1) * every);
				expect(visited).toEqual(forward ? expected : expected.reverse());
			}
		),
		{ numRuns: 40 }
	);
});
