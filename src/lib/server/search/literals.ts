import type { Matches } from '../../log/terms.ts';

/**
 * A text that every match of a regular expression contains, where one can be told: its longest run of plain characters outside of
 * groups, classes and alternatives; '' if there is none.
 */
export function literalOf({ pattern, insensitive }: Matches): string {
	// Flags in the pattern, and `\Q…\E`, change what its characters mean.
	if (/\(\?[a-zA-Z-]|\\Q/.test(pattern)) return '';
	const runs: string[] = [''];
	let depth = 0;
	for (const [item] of pattern.matchAll(items)) {
		if (item === '(') depth++;
		else if (item === ')') depth--;
		if (depth === 0 && item === '|') return '';
		const character = depth === 0 ? plainOf(item) : null;
		if (character !== null && !(insensitive && foreign.test(character))) {
			runs[runs.length - 1] += character;
			continue;
		}
		// What is repeated, or need not be there, does not belong to the run before it.
		if (/^[*?{]/.test(item)) runs[runs.length - 1] = (runs.at(-1) ?? '').slice(0, -1);
		runs.push('');
	}
	return runs.reduce((longest, run) => (run.length > longest.length ? run : longest), '');
}

const items =
	/\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|\\[pP](?:\{[^}]*\}|.)|\\x(?:\{[^}]*\}|..)|\\[0-7]{1,3}|\\.|\{\d+(?:,\d*)?\}|./gsu;
/** Letters that are one but for their case to a character outside of ASCII: K (U+212A) and ſ (U+017F). */
const foreign = /[ks]/i;

/** The character that a part of a pattern stands for; null if it is none of ASCII, or not one alone. */
function plainOf(item: string): string | null {
	if (/^\\[^\w\s]$/.test(item)) return item.slice(1);
	return /^[^\\^$.|?*+()[\]{}]$/.test(item) && /^[\x20-\x7e]$/.test(item) ? item : null;
}
