import * as v from 'valibot';
import type { ByteMark } from '$server/deploys/times';

/** The greatest age of an event, in ms: older ones count as this old. */
const oldest = 24 * 60 * 60 * 1000;
/** In one request; Node takes headers of 16 KiB. */
const mostPieces = 1_000;

const message = 'age_ms takes a whole number of milliseconds.';

/** How long ago something happened by the sender's clock, in ms: durations are right even if that clock is wrong. */
export const age = v.nullish(
	v.pipe(
		v.number(message),
		v.integer(message),
		v.minValue(0, message),
		v.transform((ms) => Math.min(ms, oldest))
	),
	0
);

/**
 * When the pieces of a body of `length` bytes arrived, from the header `Upload-Ages`, such as `0=20000, 512=15000`. `now`, in
 * epoch ms, is when the request arrived. Null: the header is invalid.
 */
export function marksOf(header: string | null, length: number, now: number): ByteMark[] | null {
	if (header === null || length === 0) return [];
	const pieces = header.split(',').map((piece) => /^\s*(\d{1,9})=(\d{1,15})\s*$/.exec(piece));
	if (pieces.length > mostPieces) return null;
	const marks: ByteMark[] = [];
	for (const piece of pieces) {
		const [at, age] = [Number(piece?.[1]), Number(piece?.[2])];
		const after = marks.at(-1)?.at ?? -1;
		if (!piece || at <= after || at >= length || (marks.length === 0 && at !== 0)) return null;
		marks.push({ at, time: now - Math.min(age, oldest) });
	}
	return marks;
}
