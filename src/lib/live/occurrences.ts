/** Where a search text occurs in the runs of a line, so that it can be highlighted without markup. */
import { fold } from '../log/fold.ts';
import type { TextRun } from './ansi.ts';

export interface MarkedRun extends TextRun {
	/** Whether it belongs to an occurrence. */
	found: boolean;
}

/** Occurrences that are marked in one text, at most: each is an element of the page, and who sees so many looks for something else. */
const usual = 1_000;

/**
 * The runs cut at the bounds of the first `most` occurrences of one text, or of several. Case-insensitive, like the search. Takes
 * time in proportion to the text.
 */
export function mark(
	runs: readonly TextRun[],
	sought: string | readonly string[],
	most = usual
): MarkedRun[] {
	const bounds = boundsOf(runs.map(({ text }) => text).join(''), sought, most);
	const marked: MarkedRun[] = [];
	let start = 0;
	let next = 0;
	for (const { text, ...look } of runs) {
		const end = start + text.length;
		let from = start;
		for (; next < bounds.length && (bounds[next] as number) < end; next++) {
			const at = bounds[next] as number;
			if (at > from)
				marked.push({ text: text.slice(from - start, at - start), ...look, found: next % 2 === 1 });
			from = at;
		}
		marked.push({ text: text.slice(from - start), ...look, found: next % 2 === 1 });
		start = end;
	}
	return marked;
}

/** Starts and ends of the occurrences, in turn; those that touch or overlap are one. */
function boundsOf(text: string, sought: string | readonly string[], most: number): number[] {
	const lower = fold(text);
	// Some characters get longer in lower case; then positions say nothing about the text.
	if (lower.length !== text.length) return [];
	const found = (typeof sought === 'string' ? [sought] : sought)
		.flatMap((needle) => spansOf(lower, fold(needle), most))
		.sort(([a], [b]) => a - b);
	const bounds: number[] = [];
	for (const [from, to] of found.slice(0, most)) {
		const end = bounds.at(-1) ?? -1;
		if (from > end) bounds.push(from, to);
		else bounds[bounds.length - 1] = Math.max(end, to);
	}
	return bounds;
}

function spansOf(text: string, needle: string, most: number): [number, number][] {
	const spans: [number, number][] = [];
	if (needle === '') return spans;
	for (
		let at = text.indexOf(needle);
		at >= 0 && spans.length < most;
		at = text.indexOf(needle, at + needle.length)
	)
		spans.push([at, at + needle.length]);
	return spans;
}
