import type { Query } from '../../log/query.ts';
import type { Sql } from '../postgres/connect.ts';
import type { Wanted } from './job.ts';
import { rankOf, type Order } from './order.ts';
import { conditionOf, type Condition } from './plan.ts';

/** Which lines a search is about. */
export interface Range {
	org: string;
	/** Times of lines, epoch milliseconds; the end is excluded. */
	from: number;
	to: number;
	/** Numbers of lines, both included. */
	first: number;
	last: number;
}

/** A chunk that may have lines in a range. */
export interface Listed extends Wanted {
	/** The greatest rank of its lines, at most. */
	rank: number;
	lines: number;
	/** Its text, in bytes. */
	bytes: number;
	/** The times of its lines, epoch milliseconds. */
	timeFrom: number;
	timeTo: number;
	/** Whether it has counted its lines (counts.ts). */
	isCounted: boolean;
	/** Whether it may have a match. */
	mayMatch: boolean;
}

interface Day {
	day: string;
	first_seq: number;
}

const dayMs = 24 * 60 * 60 * 1000;
/** Ingest takes no line from further ahead than a day (ingest/time.ts, append_logs). */
const mostAheadMs = dayMs;
/** Days of one statement at most: PostgreSQL locks the partition of each. */
const mostDays = 32;

/** The chunks of a range, in the order of a search, as many days at a time as it turns out to need. */
export class Listing {
	readonly #sql: Sql;
	readonly #range: Range;
	readonly #order: Order;
	readonly #condition: Condition;
	/** The days that are not listed yet, in order; null before they are known. */
	#days: Day[] | null = null;
	#size = 2;
	/** The greatest rank that a line in a chunk not listed yet may have; -Infinity at the end. */
	rest = Infinity;

	constructor(sql: Sql, query: Query, range: Range, order: Order) {
		this.#sql = sql;
		this.#range = range;
		this.#order = order;
		this.#condition = conditionOf(query, '($6::text[])');
	}

	/** Lists the next days. */
	async next(): Promise<Listed[]> {
		const days = (this.#days ??= await this.#daysOf());
		const taken = days.splice(0, this.#size);
		this.#size = Math.min(2 * this.#size, mostDays);
		this.rest = this.#restAfter(taken.at(-1), days[0]);
		if (taken.length === 0) return [];
		return this.#select(
			taken.map(({ day }) => day),
			this.#range
		);
	}

	/** What has taken the place of a chunk that was merged: the chunks that have its lines now. */
	instead({ day, within: [first, last] }: Wanted): Promise<Listed[]> {
		return this.#select([day], { ...this.#range, first, last });
	}

	/** The days on which lines of the range may have been received. */
	async #daysOf(): Promise<Day[]> {
		const { org, from, first, last } = this.#range;
		const earliest = new Date(Math.max(0, from - mostAheadMs)).toISOString().slice(0, 10);
		const days = await this.#sql<Day[]>`
			SELECT day::text AS day, first_seq FROM log_days
			WHERE org_id = ${org} AND day >= ${earliest}::text::date AND first_seq <= ${last} AND day >= coalesce(
				(SELECT max(day) FROM log_days WHERE org_id = ${org} AND first_seq <= ${first}), '-infinity')
			ORDER BY day`;
		return this.#order.newestFirst ? [...days].reverse() : [...days];
	}

	#restAfter(last: Day | undefined, next: Day | undefined): number {
		if (!last || !next) return -Infinity;
		const { by, newestFirst } = this.#order;
		if (by === 'seq') return newestFirst ? last.first_seq - 1 : -next.first_seq;
		// A line was received when it says that it happened, or later, or little before.
		return newestFirst ? Date.parse(last.day) + mostAheadMs : Infinity;
	}

	async #select(days: readonly string[], { org, from, to, first, last }: Range): Promise<Listed[]> {
		const among = days.map((day) => `'${day}'`).join(', ');
		const [begin, end] = [days.toSorted()[0], days.toSorted().at(-1)];
		const rows = await this.#sql.unsafe<Row[]>(
			`SELECT first_seq, last_seq, (received_at AT TIME ZONE 'UTC')::date::text AS day, lines, bytes,
				(extract(epoch FROM time_from) * 1000)::float8 AS time_from,
				(extract(epoch FROM time_to) * 1000)::float8 AS time_to,
				counts IS NOT NULL AS "isCounted", ${this.#condition.sql} AS "mayMatch"
			FROM log_chunks
			WHERE org_id = $1 AND day IN ('infinity', ${among}) AND first_seq <= $3 AND last_seq >= $2
				AND (day <> 'infinity' OR received_at >= '${begin}T00:00Z' AND received_at < '${end}T00:00Z'::timestamptz + interval '1 day')
				AND time_to >= to_timestamp($4 / 1000.0) AND time_from < to_timestamp($5 / 1000.0)
				AND $6::text[] IS NOT NULL`,
			[
				org,
				Math.max(0, first),
				Math.min(last, Number.MAX_SAFE_INTEGER),
				bounded(from),
				bounded(to),
				this.#condition.texts
			]
		);
		const wanted = rows.map((row) => this.#listed(row, first, last));
		return wanted.sort((a, b) => b.rank - a.rank);
	}

	#listed({ time_from, time_to, ...row }: Row, first: number, last: number): Listed {
		return {
			...row,
			timeFrom: time_from,
			timeTo: time_to,
			rank: rankOf(this.#order, { ...row, time_from, time_to }),
			within: [Math.max(first, row.first_seq), Math.min(last, row.last_seq)]
		};
	}
}

interface Row {
	first_seq: number;
	last_seq: number;
	day: string;
	lines: number;
	bytes: number;
	time_from: number;
	time_to: number;
	isCounted: boolean;
	mayMatch: boolean;
}

/** A time that PostgreSQL can hold: from the year 0 to 9999. */
const bounded = (ms: number) => Math.min(Math.max(ms, -62_135_596_800_000), 253_402_300_799_999);
