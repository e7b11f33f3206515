import { RE2JS, RE2JSSyntaxException } from 're2js';
import type { Matches } from './terms.ts';
import type { QueryError } from './tokens.ts';

export type Compiled =
	{ ok: true; test: (text: string) => boolean; size: number } | { ok: false; error: QueryError };

const LITERAL = String.raw`\\Q.*?(?:\\E|$)`;
const FLAGS = String.raw`\(\?[a-zA-Z-]+\)`;
const CLASS = String.raw`\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]`;
const ESCAPE = String.raw`\\[xpP]\{[^}]*\}|\\.`;
const REPEAT = String.raw`\{(?<least>\d+)(?:,(?<most>\d*))?\}`;
const ITEM = new RegExp(`(?<literal>${LITERAL})|(?<flags>${FLAGS})|${CLASS}|${ESCAPE}|${REPEAT}|.`, 'gs');

/**
 * Compiles a pattern with RE2, whose matching takes time linear in the text. `size`, in RE2 instructions, is at most `budget`:
 * the time is linear in that too, and a few kilobytes of pattern can unroll to a million instructions.
 */
export function compile(term: Matches, budget: number): Compiled {
	if (sizeOf(term.pattern) > budget) return tooLarge(term);

	try {
		const regex = RE2JS.compile(term.pattern, term.insensitive ? RE2JS.CASE_INSENSITIVE : 0);
		const size = regex.programSize();
		return size > budget ? tooLarge(term) : { ok: true, test: (text) => regex.test(text), size };
	} catch (error) {
		if (!(error instanceof RE2JSSyntaxException)) throw error;
		return { ok: false, error: explain(term, error) };
	}
}

/** What a pattern will unroll to, estimated without unrolling it (measured: a million instructions take RE2 3 s). */
function sizeOf(pattern: string): number {
	const around: number[] = [];
	let size = 0;
	let last = 0;
	for (const { 0: item, groups } of pattern.matchAll(ITEM)) {
		if (groups?.flags) continue;
		if (item === '(') {
			around.push(size);
			size = 2;
		} else if (item === ')') {
			last = size;
			size += around.pop() ?? 0;
		} else if (groups?.least) {
			const unrolled = unroll(last, Number(groups.least), groups.most);
			size += unrolled - last;
			last = unrolled;
		} else {
			last = groups?.literal ? Math.max(last, item.length) : 1;
			size += last;
		}
	}
	return around.reduce((sum, outside) => sum + outside, size);
}

function unroll(size: number, least: number, most: string | undefined): number {
	if (most === undefined) return size * Math.max(1, least);
	return (size + 1) * Math.max(1, least + 1, Number(most));
}

function explain(term: Matches, error: RE2JSSyntaxException): QueryError {
	const reason = error.getDescription();
	const part = error.getPattern();
	const offset = part ? term.pattern.indexOf(part) : -1;
	const message = `Correct this regular expression: ${reason}`;
	if (!part || offset === -1) return { message, position: term.patternAt, length: term.pattern.length };
	return { message, position: term.patternAt + offset, length: part.length };
}

function tooLarge({ patternAt, pattern }: Matches): Compiled {
	const message = 'Shorten this regular expression or lower the counts in its { }';
	return { ok: false, error: { message, position: patternAt, length: pattern.length } };
}
