import * as v from 'valibot';
import type { Place } from './order.ts';
import type { Range } from './ranges.ts';

/** Where a search by time goes on, and the head that it began with: what has arrived since is not in it. */
export interface Cursor extends Place {
	head: number;
	/** What was counted up to there; null if the search only gave lines. */
	counted: Counted | null;
}

/** What a search has counted: what goes on from there counts the rest. */
export interface Counted {
	/** The lines that were looked at, or left out for certain; the lowest first, of which no two touch. */
	ranges: readonly Range[];
	/** Of how many matches the values of attributes were counted. */
	sampled: number;
}

/** More ranges than this do not fit a URL. */
const mostRanges = 200;
/** A greater rank has no line: what goes on from there begins at the beginning. */
const greatest = Number.MAX_SAFE_INTEGER;

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** `tie` is null where a search ended between two times. What was counted follows: `sampled`, then each range's two ends. */
const schema = v.tupleWithRest(
	[v.number(), v.nullable(v.number()), whole],
	v.pipe(whole, v.maxValue(greatest - 1))
);

/** A cursor as text, opaque to those who send it back. Null if what was counted is too scattered for that. */
export function write({ rank, tie, head, counted }: Cursor): string | null {
	if (counted && counted.ranges.length > mostRanges) return null;
	const rest = counted ? [counted.sampled, ...counted.ranges.flat()] : [];
	const place = [Math.min(rank, greatest), Number.isFinite(tie) ? tie : null, head];
	return Buffer.from(JSON.stringify([...place, ...rest])).toString('base64url');
}

/** The cursor that `write` made a text of; null if it is none. */
export function read(text: string): Cursor | null {
	const parsed = v.safeParse(schema, jsonOf(Buffer.from(text, 'base64url').toString()));
	if (!parsed.success) return null;
	const [rank, tie, head, ...rest] = parsed.output;
	const counted = countedOf(rest);
	return counted === undefined ? null : { rank, tie: tie ?? Infinity, head, counted };
}

/** Undefined if it is none that `write` wrote. */
function countedOf([sampled, ...ends]: readonly number[]): Counted | null | undefined {
	if (sampled === undefined) return null;
	const isRising = ends.every(
		(end, at) => at === 0 || end >= (ends[at - 1] as number) + (at % 2 === 0 ? 2 : 0)
	);
	if (!isRising || ends.length % 2 !== 0 || ends.length > 2 * mostRanges) return undefined;
	const ranges = ends.flatMap((end, at): Range[] => (at % 2 === 0 ? [[end, ends[at + 1] as number]] : []));
	return { ranges, sampled };
}

function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined; // which the schema refuses
	}
}
