/** Where a search text occurs in the pieces of a line, so that it can be highlighted without markup. */
import type { Piece } from './ansi.ts';

export interface Part extends Piece {
	/** Whether it belongs to an occurrence. */
	found: boolean;
}

/** The pieces cut at the bounds of every occurrence. Case-insensitive, like the search. */
export function mark(pieces: readonly Piece[], sought: string): Part[] {
	const bounds = boundsOf(pieces.map(({ text }) => text).join(''), sought);
	let start = 0;
	return pieces.flatMap(({ text, ...look }) => {
		const from = start;
		start += text.length;
		const cuts = bounds.filter((at) => at > from && at < start).map((at) => at - from);
		return [0, ...cuts].map((at, index) => ({
			text: text.slice(at, cuts[index]),
			...look,
			found: isWithin(bounds, from + at)
		}));
	});
}

/** Starts and ends of the occurrences, in turn. */
function boundsOf(text: string, sought: string): number[] {
	const lower = text.toLowerCase();
	const needle = sought.toLowerCase();
	// Some characters get longer in lower case; then positions say nothing about the text.
	if (needle === '' || lower.length !== text.length) return [];
	const bounds: number[] = [];
	for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, at + needle.length)) {
		if (bounds.at(-1) === at) bounds.pop();
		else bounds.push(at);
		bounds.push(at + needle.length);
	}
	return bounds;
}

function isWithin(bounds: readonly number[], at: number): boolean {
	return bounds.filter((bound) => bound <= at).length % 2 === 1;
}
