/**
 * Text of others that runs from right to left, or says that it does. An element of its own keeps it from reordering
 * what stands beside it; the characters that reorder at will (Unicode Bidirectional Algorithm, UAX #9) are named.
 */

/** Letters that run from right to left, and every character that says how text runs. */
const directed =
	/[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\ud802\ud803\ud83a\ud83b]/;

/** Embeddings, overrides and isolates of a set direction. Marks and FSI only help what is written to be read. */
const names: Record<string, string> = {
	'\u202a': 'LRE',
	'\u202b': 'RLE',
	'\u202c': 'PDF',
	'\u202d': 'LRO',
	'\u202e': 'RLO',
	'\u2066': 'LRI',
	'\u2067': 'RLI'
};
const named = /([\u202a-\u202e\u2066\u2067])/;

/** A stretch of text, or one character with its name. */
export interface Part {
	text: string;
	name: string | null;
}

/** Whether all of it runs from left to right: so it is with nearly every line. */
export function isPlain(text: string): boolean {
	return !directed.test(text);
}

/** Cuts a text at the characters that would reorder it. */
export function parts(text: string): Part[] {
	if (!named.test(text)) return [{ text, name: null }];
	return text
		.split(named)
		.filter((part) => part !== '')
		.map((part) => ({ text: part, name: names[part] ?? null }));
}

/** Kept from reordering what stands beside it, for a place that has no elements, such as a placeholder. */
export function isolate(text: string): string {
	return isPlain(text) ? text : `\u2068${strip(text)}\u2069`;
}

/** Without the characters that would reorder it, for a place that has no elements, such as a page's title. */
export function strip(text: string): string {
	return text.replace(/[\u202a-\u202e\u2066\u2067]/g, '');
}
