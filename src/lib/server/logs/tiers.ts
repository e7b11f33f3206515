import { mostBytes, mostLines } from './chunks/chunk.ts';

/** A fresh chunk as sealing looks at it. */
export interface Fresh {
	first_seq: number;
	last_seq: number;
	received_at: Date;
	lines: number;
	bytes: number;
}

/** Chunks that follow each other and become one. */
export interface Step {
	chunks: readonly Fresh[];
	/** Whether the new one is sealed, or stays fresh for a later step. */
	isSealed: boolean;
}

/**
 * A merge makes a chunk at least so many times as large as each of those that it takes the place of, so that a line is rewritten
 * at most four times: 1 → 16 → 256 → 4,096 → sealed.
 */
const growth = 16;

/**
 * What to do next with fresh chunks in their order, oldest first; null if nothing. A run is sealed when it is full, or when its day
 * is over at `now`; before that, small ones in a row become one that is sixteen times as large.
 */
export function next(fresh: readonly Fresh[], now: Date): Step | null {
	for (let start = 0; start < fresh.length;) {
		const row = rowFrom(fresh, start);
		const full = fill(row);
		const isOver = dayOf(row[0] as Fresh) < now.toISOString().slice(0, 10);
		if (full.length < row.length || isOver) return { chunks: full, isSealed: true };
		const small = smallOnes(row);
		if (small) return { chunks: small, isSealed: false };
		start += row.length;
	}
	return null;
}

/** The chunks of one day from a place on that follow each other without a gap. */
function rowFrom(fresh: readonly Fresh[], start: number): readonly Fresh[] {
	let end = start + 1;
	while (end < fresh.length && isAdjacent(fresh[end - 1] as Fresh, fresh[end] as Fresh)) end++;
	return fresh.slice(start, end);
}

const isAdjacent = (before: Fresh, after: Fresh) =>
	before.last_seq + 1 === after.first_seq && dayOf(before) === dayOf(after);

const dayOf = ({ received_at }: Fresh) => received_at.toISOString().slice(0, 10);

/** As many of a row as one chunk holds; at least the first. */
function fill(row: readonly Fresh[]): readonly Fresh[] {
	let [lines, bytes] = [0, 0];
	const over = row.findIndex((chunk, index) => {
		lines += chunk.lines;
		bytes += chunk.bytes;
		return index > 0 && (lines > mostLines || bytes > mostBytes);
	});
	return over === -1 ? row : row.slice(0, over);
}

/** The first chunks in a row that are worth a merge, the smallest kind first; null if there are none. */
function smallOnes(row: readonly Fresh[]): readonly Fresh[] | null {
	for (let bound = 2; bound <= mostLines; bound *= 2) {
		for (let start = 0; start < row.length; start++) {
			let end = start;
			let [lines, largest] = [0, 0];
			for (; end < row.length && (row[end] as Fresh).lines < bound; end++) {
				lines += (row[end] as Fresh).lines;
				largest = Math.max(largest, (row[end] as Fresh).lines);
			}
			if (end > start && lines >= growth * largest) return row.slice(start, end);
			start = end;
		}
	}
	return null;
}
