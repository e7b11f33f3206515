import type { NewEntry } from '../../src/lib/log/entry.ts';
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

/**
 * Sealed lines of the corpus, evenly over one day that is over (its first moment, epoch ms), as sealing leaves them. Gives the text
 * of all messages of one chunk's lines.
 */
export async function fillDay(sql: Sql, org: string, day: number, lines: number): Promise<void> {
	const date = new Date(day).toISOString().slice(0, 10);
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

function lineOf(entry: NewEntry, from: number, width: number): ChunkLine {
	const place = ((entry.time ?? drawn.from) - drawn.from) / drawn.width;
	return { ...entry, time: Math.floor(from + place * width), received_at: Math.floor(from) };
}
