import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Entry } from '../../src/lib/log/entry.ts';
import { entries, matches, wishes, write, type Wish } from '../support/logs/queries.ts';
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
