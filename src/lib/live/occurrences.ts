/** Where a search text occurs in the runs of a line, so that it can be highlighted without markup. */
import type { TextRun } from './ansi.ts';

export interface MarkedRun extends TextRun {
	/** Whether it belongs to an occurrence. */
	found: boolean;
}

/** The runs cut at the bounds of every occurrence of one text, or of several. Case-insensitive, like the search. */
export function mark(runs: readonly TextRun[], sought: string | readonly string[]): MarkedRun[] {
	const bounds = boundsOf(runs.map(({ text }) => text).join(''), sought);
	let start = 0;
	return runs.flatMap(({ text, ...look }) => {
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

/** Starts and ends of the occurrences, in turn; those that touch or overlap are one. */
function boundsOf(text: string, sought: string | readonly string[]): number[] {
	const lower = text.toLowerCase();
	// Some characters get longer in lower case; then positions say nothing about the text.
	if (lower.length !== text.length) return [];
	const found = (typeof sought === 'string' ? [sought] : sought)
		.flatMap((needle) => spansOf(lower, needle.toLowerCase()))
		.sort(([a], [b]) => a - b);
	const bounds: number[] = [];
	for (const [from, to] of found) {
		const end = bounds.at(-1) ?? -1;
		if (from > end) bounds.push(from, to);
		else bounds[bounds.length - 1] = Math.max(end, to);
	}
	return bounds;
}

function spansOf(text: string, needle: string): [number, number][] {
	const spans: [number, number][] = [];
	if (needle === '') return spans;
	for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + needle.length))
		spans.push([at, at + needle.length]);
	return spans;
}

function isWithin(bounds: readonly number[], at: number): boolean {
	return bounds.filter((bound) => bound <= at).length % 2 === 1;
}
