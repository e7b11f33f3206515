import type { Sql } from '../postgres/connect.ts';

/** Which chunks are wanted: those with a line after `seq`, the oldest first, or before it, the newest first. */
export interface Wanted {
	org: string;
	seq: number;
	direction: 'after' | 'before';
	/** Chunks at most. */
	limit: number;
}

/** A chunk's row as a reader needs it. The blobs of a large one are left for `blobsOf`. */
export interface Row {
	first_seq: number;
	last_seq: number;
	received_at: Date;
	lines: number;
	bytes: number;
	format: number;
	head: Buffer | null;
	messages: Buffer | null;
	attributes: Buffer | null;
}

/** Chunks in the wanted order, without a gap between them; `isEnd` says that there were no further ones. */
export interface Run {
	rows: Row[];
	isEnd: boolean;
}

/** A chunk with more text than this is large, in bytes: it may be at hand, and the row alone then is enough. */
const largeBytes = 32 * 1024;
const fresh = 'infinity';

/**
 * The next chunks. Nearly all reads are at the head, whose lines are fresh: they need one query on that small partition. What is
 * sealed is found through log_days, so that a read touches one day's partition, the fresh one and no other: each that a query
 * names is locked, with its index.
 */
export async function find(sql: Sql, wanted: Wanted): Promise<Run> {
	// Fresh first: what is sealed between the two queries is then found by the second.
	const rows = await select(sql, wanted, [fresh]);
	if (!isNext(rows[0], wanted)) return findSealed(sql, wanted);
	const joined = unbroken(rows);
	if (wanted.direction === 'before') return { rows: joined, isEnd: joined.at(-1)?.first_seq === 1 };
	return { rows: joined, isEnd: joined.length === rows.length && rows.length < wanted.limit };
}

/** Looks day by day, beginning with the one that the very next line belongs to. */
async function findSealed(sql: Sql, wanted: Wanted): Promise<Run> {
	const days = await daysOf(sql, wanted);
	let rows: Row[] = [];
	for (const [index, { day }] of days.entries()) {
		rows = await select(sql, wanted, [day, fresh]);
		if (isNext(rows[0], wanted)) break;
		// Retention took what came next. What comes after that may lie in another day, before anything that is fresh.
		const following = days[index + 1];
		if (rows[0] && !(following && isBetween(following.first_seq, rows[0], wanted))) break;
	}
	return { rows: unbroken(rows), isEnd: rows.length === 0 };
}

/** Whether a chunk has the very next line. */
function isNext(row: Row | undefined, { seq, direction }: Wanted): boolean {
	if (row === undefined) return false;
	return direction === 'after' ? row.first_seq <= seq + 1 : row.last_seq >= seq - 1;
}

/** Whether a day that begins with a number may have something nearer than a chunk. */
function isBetween(first: number, { first_seq, last_seq }: Row, { direction }: Wanted): boolean {
	return direction === 'after' ? first < first_seq : first > last_seq;
}

/** The rows up to the first gap: what is missing there lies in another partition. */
function unbroken(rows: readonly Row[]): Row[] {
	const gap = rows.findIndex((row, index) => {
		const before = rows[index - 1];
		return before && before.last_seq + 1 !== row.first_seq && row.last_seq + 1 !== before.first_seq;
	});
	return gap === -1 ? [...rows] : rows.slice(0, gap);
}

/** The days that may have the wanted lines, in their direction. */
function daysOf(sql: Sql, { org, seq, direction }: Wanted): Promise<{ day: string; first_seq: number }[]> {
	if (direction === 'before') {
		return sql`
			SELECT day::text AS day, first_seq FROM log_days
			WHERE org_id = ${org} AND first_seq < ${seq}::bigint ORDER BY day DESC`;
	}
	return sql`
		SELECT day::text AS day, first_seq FROM log_days
		WHERE org_id = ${org} AND day >= coalesce(
			(SELECT max(day) FROM log_days WHERE org_id = ${org} AND first_seq <= ${seq}::bigint + 1), '-infinity')
		ORDER BY day`;
}

/** Chunks of some days. The days stand in the statement, not beside it: a plan then has their partitions alone. */
function select(sql: Sql, { org, seq, direction, limit }: Wanted, days: readonly string[]): Promise<Row[]> {
	const among = `org_id = $1 AND day IN (${days.map((day) => `'${day}'`).join(', ')})`;
	const where =
		direction === 'before'
			? 'first_seq < $2 ORDER BY first_seq DESC'
			: `last_seq > $2 AND first_seq >= coalesce(
				(SELECT max(first_seq) FROM log_chunks WHERE ${among} AND first_seq <= $2 + 1), 0) ORDER BY first_seq`;
	const small = (blob: string) => `CASE WHEN bytes <= ${largeBytes} THEN ${blob} END AS ${blob}`;
	return sql.unsafe<Row[]>(
		`SELECT first_seq, last_seq, received_at, lines, bytes, format,
			${small('head')}, ${small('messages')}, ${small('attributes')}
		FROM log_chunks WHERE ${among} AND ${where} LIMIT $3`,
		[org, Math.min(seq, Number.MAX_SAFE_INTEGER), limit],
		{ prepare: days.length === 1 }
	);
}

/** The blobs of a chunk, whose row was read without them. */
export interface Blobs {
	format: number;
	head: Buffer;
	messages: Buffer | null;
	attributes: Buffer | null;
}

/** The blobs of some chunks by their first number, in one query; those that were removed or merged meanwhile are missing. */
export async function blobsOf(sql: Sql, org: string, rows: readonly Row[]): Promise<Map<number, Blobs>> {
	if (rows.length === 0) return new Map();
	const days = new Set(rows.map(({ received_at }) => received_at.toISOString().slice(0, 10)));
	const among = [fresh, ...days].map((day) => `'${day}'`).join(', ');
	const found = await sql.unsafe<(Blobs & { first_seq: number })[]>(
		`SELECT first_seq, format, head, messages, attributes FROM log_chunks
		WHERE org_id = $1 AND day IN (${among})
			AND (first_seq, last_seq) IN (SELECT * FROM unnest($2::bigint[], $3::bigint[]))`,
		[org, rows.map(({ first_seq }) => first_seq), rows.map(({ last_seq }) => last_seq)]
	);
	return new Map(found.map(({ first_seq, ...blobs }) => [first_seq, blobs]));
}
