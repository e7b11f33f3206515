import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Entry } from '../../src/lib/log/entry.ts';
import { entries, wishes } from '../support/logs/queries.ts';
import { matches } from '../support/logs/wish-meaning.ts';
import { write, type Wish } from '../support/logs/wish.ts';
import { ends, idsOf, numbered, range, tenantWith } from '../support/logs/numbered-lines.ts';
import { expectProblem } from '../support/server/problem.ts';
import { startSite, type Site, type Tenant } from '../support/server/site.ts';

let site: Site;
let tenant: Tenant;
beforeAll(async () => {
	site = await startSite();
	tenant = await site.tenant();
});
afterAll(() => site.stop());

/** The last line of each round, which every query of it is made to match: nothing further comes after it. */
const last = (round: number) => `the end of round ${round}`;

/** What a client would send to get such a line. */
function sent({ severity, service, host, message, attributes, trace_id, span_id }: Entry) {
	return { severity, service, host, message, attributes, trace_id, span_id };
}

async function read(query: string, end: string) {
	const stream = await tenant.stream(query);
	const found = stream
		.until((text) => text.includes(end) && text.endsWith('\n\n'))
		.then(async () => {
			await stream.close();
			return stream.events().map(({ entry }) => entry.message);
		});
	return { found };
}

test('a stream with a query shows exactly the lines that match it, at the tip and behind it', async () => {
	let round = 0;
	const batches = fc.array(entries, { minLength: 1, maxLength: 30 });
	await fc.assert(
		fc.asyncProperty(fc.array(wishes, { minLength: 1, maxLength: 6 }), batches, async (wished, batch) => {
			const end = last(++round);
			const queries = wished.map((wish): Wish => ({ is: 'or', parts: [wish, { is: 'phrase', text: end }] }));
			// The message of a line is made different from all others, so that messages tell lines apart.
			const lines = batch.map((entry, index) => ({
				...entry,
				message: `${entry.message} #${round}.${index}`
			}));
			const all = [...lines, { ...lines[0]!, message: end }];

			const urls = queries.map((query) => `q=${encodeURIComponent(write(query))}`);
			const atTip = await Promise.all(urls.map((url) => read(url, end)));
			const { first_seq } = await tenant.send(...all.map(sent));
			const behind = await Promise.all(urls.map((url) => read(`${url}&after=${first_seq - 1}`, end)));
			for (const [index, query] of queries.entries()) {
				const expected = all.filter((entry) => matches(query, entry)).map(({ message }) => message);
				expect(await atTip[index]?.found).toEqual(expected);
				expect(await behind[index]?.found).toEqual(expected);
			}
		}),
		{ numRuns: 60 }
	);
});

describe('a filter', () => {
	test('leaves out what does not match', async () => {
		const tenant = await tenantWith(site, 0);
		const stream = await tenant.stream(`q=${encodeURIComponent('level:error OR "line 7"')}`);
		await tenant.send(...numbered(20));
		expect(idsOf(await stream.until(ends(20)))).toEqual([7, 10, 20]);
		await stream.close();
	});

	test('is told the cursor by events with an id alone when nothing matches for long', async () => {
		const tenant = await tenantWith(site, 1_200);
		const behind = await tenant.stream('q=nothing&after=0');
		const text = await behind.until(ends(1_200));
		expect(text.replaceAll(/id: \d+\n\n/g, '')).toBe(': connected\n\n');
		await behind.close();

		const atTip = await tenant.stream('q=nothing');
		await tenant.send(...numbered(1_000, 1_201));
		expect(await atTip.until(ends(2_200))).toBe(': connected\n\nid: 2200\n\n');
		await atTip.close();
	});

	test('that cannot be read is refused with the place of the fault', async () => {
		const tenant = await tenantWith(site, 0);
		const refused = await tenant.fetch(`/api/logs/stream?q=${encodeURIComponent('level:error (')}`);
		expect(await expectProblem(refused, 400)).toMatchObject({ position: expect.any(Number) });
	});
});

describe('a window', () => {
	test('leaves out the older of too many lines, and says how many and where', async () => {
		const tenant = await tenantWith(site, 100);
		const stream = await tenant.stream('after=10&window=5');
		const text = await stream.until(ends(100));
		expect(text).toMatch(
			/^: connected\n\nevent: skipped\ndata: \{"count":85,"from":11,"to":95\}\n\nid: 96\ndata/
		);
		expect(idsOf(text)).toEqual(range(96, 100));
		await stream.close();
	});

	test('counts only lines that match', async () => {
		const tenant = await tenantWith(site, 100);
		const stream = await tenant.stream('after=0&window=3&q=level:error');
		const text = await stream.until(ends(100));
		expect(text).toContain('event: skipped\ndata: {"count":7,"from":10,"to":70}\n\n');
		expect(idsOf(text)).toEqual([80, 90, 100]);
		await stream.close();
	});

	test('leaves out nothing that fits', async () => {
		const tenant = await tenantWith(site, 5);
		const stream = await tenant.stream('after=0&window=5');
		expect(await stream.until(ends(5))).not.toContain('skipped');
		await stream.close();
	});
});
