/** Escape sequences (ECMA-48). One that does not end within its line or within 2,000 characters is just its introducer. */

/* eslint-disable no-control-regex */
/** What a terminal does not print. */
export const control = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/g;
/** Control sequences: parameters, intermediates and final byte. */
export const csi = /(?:\x1b\[|\x9b)([0-?]{0,64})([ -/]{0,8})([@-~])/y;
/** Titles, links and device control: which, and what they say. */
export const string = /\x1b([\]PX^_])([^\x07\x1b\n]{0,2000})(?:\x07|\x1b\\)/y;
/** All others, and the introducers of those that do not end. */
export const escape = /\x1b\[|\x1b[ -/]{0,8}[0-~]?|\x9b/y;
/** The beginning of a sequence at the end of a text. */
export const unfinished =
	/(?:(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}|\x1b[\]PX^_][^\x07\x1b\n]{0,2000}\x1b?|\x1b[ -/]{0,8})$/y;
/* eslint-enable no-control-regex */

const all = new RegExp([csi, string, escape].map(({ source }) => source).join('|'), 'g');

/** The text without its escape sequences, which is what search sees: a color within a word does not hide the word. */
export function strip(text: string): string {
	return text.includes('\x1b') || text.includes('\x9b') ? text.replace(all, '') : text;
}

/** What a pattern finds at a place; null when it finds nothing there. */
export function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
	pattern.lastIndex = at;
	return pattern.exec(text);
}
