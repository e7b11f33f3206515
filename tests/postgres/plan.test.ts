import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Entry } from '../../src/lib/log/entry.ts';
import * as predicate from '../../src/lib/log/predicate.ts';
import * as query from '../../src/lib/log/query.ts';
import { Line, type ChunkLine } from '../../src/lib/server/logs/chunks/line.ts';
import * as sealed from '../../src/lib/server/logs/sealed.ts';
import * as partitions from '../../src/lib/server/postgres/partitions.ts';
import { transact } from '../../src/lib/server/postgres/transaction.ts';
import { conditionOf } from '../../src/lib/server/search/plan.ts';
import { makeOrganization } from '../support/logs/lines.ts';
import { entries, wishes } from '../support/logs/queries.ts';
import { write } from '../support/logs/wish.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';

let database: TestDatabase;
beforeAll(async () => void (database = await testDatabase()));
afterAll(() => database.drop());

const received = Date.UTC(2026, 10, 20, 12);
const runs = 60;

const asStored = ({ seq: _, level: __, ...entry }: Entry): ChunkLine => ({
	...entry,
	message: entry.message.toWellFormed().replaceAll('\0', ' '),
	attributes: JSON.stringify(entry.attributes),
	time: received,
	received_at: received
});

/** Stores sealed chunks of an organization; each begins at the number of its index in hundreds. */
async function store(chunks: readonly (readonly ChunkLine[])[]): Promise<string> {
	const org = await makeOrganization(database.sql);
	await partitions.ensure(database.sql, sealed.dayOf(received));
	await transact(database.sql, async (transaction) => {
		for (const [index, lines] of chunks.entries()) {
			const place = { org, first_seq: 100 * index, received_at: new Date(received) };
			await sealed.write(transaction, place, await sealed.seal(lines));
		}
	});
	return org;
}

/** The indexes of the chunks that the condition of a query keeps. */
async function keptBy(asked: query.Query, org: string): Promise<Set<number>> {
	const { sql, texts } = conditionOf(asked, '($2::text[])');
	const rows = await database.sql.unsafe<{ first_seq: number }[]>(
		`SELECT first_seq FROM log_chunks WHERE org_id = $1 AND $2::text[] IS NOT NULL AND ${sql}`,
		[org, texts]
	);
	return new Set(rows.map(({ first_seq }) => first_seq / 100));
}

test('the condition of a query keeps every chunk with a match, and leaves out many without', async () => {
	const drawn = fc.array(fc.array(entries, { minLength: 1, maxLength: 3 }), { minLength: 5, maxLength: 20 });
	const texts = fc.array(wishes, { minLength: 20, maxLength: 40 });
	let [matching, leftOut] = [0, 0];
	await fc.assert(
		fc.asyncProperty(drawn, texts, async (drawn, wished) => {
			const chunks = drawn.map((lines) => lines.map(asStored));
			const org = await store(chunks);
			for (const text of wished.map(write)) {
				const parsed = query.parse(text);
				const compiled = parsed.ok ? predicate.compile(parsed.query) : parsed;
				if (!parsed.ok || !compiled.ok) continue;
				const kept = await keptBy(parsed.query, org);
				leftOut += chunks.length - kept.size;
				for (const [index, lines] of chunks.entries()) {
					if (!lines.some((line) => compiled.matches(new Line(1, line).entry))) continue;
					matching++;
					expect(kept, text).toContain(index);
				}
			}
		}),
		{ numRuns: runs }
	);
	expect(matching).toBeGreaterThan(1_000);
	expect(leftOut).toBeGreaterThan(1_000);
});
