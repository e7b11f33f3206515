import * as severity from '../severity.ts';

/**
 * How surely a word is a level: `loud` ones are when they are written in capitals with a space behind, `short` ones only
 * where levels are expected (after a time, or with a delimiter behind), `marked` ones only in brackets or between
 * delimiters. `spoken` is a loud or short one that is also taken in small letters when a colon follows: "error: no such
 * file".
 */
type Kind = 'loud' | 'short' | 'marked';

const loud = 'trace debug info notice warn warning error fatal critical severe emerg panic';
const short =
	'trc dbg inf wrn err ftl pnc vrb crit alert emergency dpanic verbose information config fine finer finest ' +
	'trac debu erro fata pani trce dbug fail log';
const marked = 'note statement';
const spoken = new Set(
	'trace debug info notice warn warning error err fatal critical crit severe panic fail trce dbug'.split(' ')
);

export interface Word {
	severity: number;
	kind: Kind;
	isSpoken: boolean;
}

const words = new Map<string, Word>();
for (const [kind, names] of [
	['loud', loud],
	['short', short],
	['marked', marked]
] as const)
	for (const name of names.split(' '))
		words.set(name, { severity: severity.word(name)!, kind, isSpoken: spoken.has(name) });

const longest = 'information'.length;

/** The level word of the letters from `at` to `end`, in any case; undefined if they are none. */
export function find(text: string, at: number, end: number): Word | undefined {
	const length = end - at;
	if (length < 3 || length > longest) return undefined;
	return words.get(text.slice(at, end).toLowerCase());
}

/** Where the letters end that begin at `at`; of those too many for a level, some. */
export function endOfLetters(text: string, at: number): number {
	let end = at;
	const most = at + longest + 1;
	while (end < most && isLetter(text.charCodeAt(end))) end += 1;
	return end;
}

export const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
export const isCapital = (code: number): boolean => code >= 65 && code <= 90;

export function isCapitals(text: string, at: number, end: number): boolean {
	for (let here = at; here < end; here += 1) if (!isCapital(text.charCodeAt(here))) return false;
	return true;
}
