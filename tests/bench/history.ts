import type { NewEntry } from '../../src/lib/log/entry.ts';
import * as counts from '../../src/lib/server/logs/chunks/counts.ts';
import { mostLines } from '../../src/lib/server/logs/chunks/chunk.ts';
import type { ChunkLine } from '../../src/lib/server/logs/chunks/line.ts';
import { seal, write } from '../../src/lib/server/logs/sealed.ts';
import type { Sql } from '../../src/lib/server/postgres/connect.ts';
import * as partitions from '../../src/lib/server/postgres/partitions.ts';
import { corpus } from './corpus.ts';
import { entriesOf } from './rows.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** A minute, from which the corpus draws its times. */
const drawn = { from: 1_795_000_000_000, width: 60_000 };

/** What stands in one line alone, in the middle. */
export const once = 'zebra-4711';

/** Sealed lines of the corpus, evenly over one day that is over (its first moment, epoch ms), as sealing leaves them. */
export async function fillDay(sql: Sql, org: string, day: number, lines: number): Promise<void> {
	const date = dateOf(day);
	await partitions.ensure(sql, date);
	const count = Math.ceil(lines / mostLines);
	const width = dayMs / count;
	for (let chunk = 0; chunk < count; chunk++) {
		const entries = entriesOf([corpus(Math.min(mostLines, lines - chunk * mostLines), chunk + 1)]);
		const from = day + chunk * width;
		const made = entries.map((entry) => lineOf(entry, from, width));
		const middle = made[100];
		if (chunk === count >> 1 && middle) middle.message += ` ${once}`;
		const place = { org, first_seq: chunk * mostLines + 1, received_at: new Date(from) };
		await write(sql, place, await seal(made));
	}
	await sql`UPDATE log_heads SET seq = ${lines}, received_at = ${new Date(day + dayMs - 1)} WHERE org_id = ${org}`;
	await sql`INSERT INTO log_days (org_id, day, first_seq) VALUES (${org}, ${date}, 1)`;
	await sql`VACUUM ANALYZE log_chunks`;
}

/**
 * Sealed chunks with nothing but what they count: so many full ones, evenly over some days from one on, with 20 services and four
 * levels in every minute. None of their lines can be read.
 */
export async function fillCounts(
	sql: Sql,
	org: string,
	from: number,
	days: number,
	chunks: number
): Promise<void> {
	const width = (days * dayMs) / chunks;
	const services = Array.from({ length: 20 }, (_, index) => `service-${index + 1}`);
	for (let day = 0; day < days; day++) await partitions.ensure(sql, dateOf(from + day * dayMs));
	for (let chunk = 0; chunk < chunks; chunk++) {
		const begins = Math.floor(from + chunk * width);
		const lines = Array.from({ length: mostLines }, (_, at) => ({
			time: begins + Math.floor((at / mostLines) * width),
			severity: [9, 9, 13, 17][at % 4] as number,
			service: services[at % services.length] as string
		}));
		const nothing = Buffer.alloc(0);
		const summary = { lines: mostLines, bytes: 10 * mostLines, severities: 28, services, format: 1 as const };
		await write(
			sql,
			{ org, first_seq: chunk * mostLines + 1, received_at: new Date(begins) },
			{
				...summary,
				...{
					timeFrom: begins,
					timeTo: begins + Math.floor(width) - 1,
					head: nothing,
					messages: null,
					attributes: null
				},
				...{ counts: counts.build(lines as ChunkLine[], services), grams: nothing }
			}
		);
	}
	const last = chunks * mostLines;
	await sql`UPDATE log_heads SET seq = ${last}, received_at = ${new Date(from + days * dayMs - 1)} WHERE org_id = ${org}`;
	for (let day = 0; day < days; day++) {
		const first = Math.floor((day * dayMs) / width) * mostLines + 1;
		await sql`INSERT INTO log_days (org_id, day, first_seq) VALUES (${org}, ${dateOf(from + day * dayMs)}, ${first})`;
	}
	await sql`VACUUM ANALYZE log_chunks`;
}

const dateOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

function lineOf(entry: NewEntry, from: number, width: number): ChunkLine {
	const place = ((entry.time ?? drawn.from) - drawn.from) / drawn.width;
	return { ...entry, time: Math.floor(from + place * width), received_at: Math.floor(from) };
}
