import { endOfColours, escape } from './reading.ts';

/** Behind blanks, colours and what separates the parts of a head, before `most`; a line feed is none of these. */
export function endOf(text: string, from: number, most: number): number {
	let at = from;
	const end = Math.min(text.length, most);
	for (; at < end; at += 1) {
		const code = text.charCodeAt(at);
		if (code === escape) {
			const behind = endOfColours(text, at);
			if (behind === at) return at;
			at = behind - 1;
		} else if (code === dash && !isBlankOrDash(text.charCodeAt(at + 1)) && text[at - 1] !== '|') return at;
		else if (!isSeparator(code)) return at;
	}
	return at;
}

const dash = 0x2d;

/** Space, tab, `|`, `:`, `,`, `;` and `-`. */
const isSeparator = (code: number) =>
	code === 0x20 ||
	code === 0x09 ||
	code === 0x7c ||
	code === 0x3a ||
	code === 0x2c ||
	code === 0x3b ||
	code === dash;
const isBlankOrDash = (code: number) => code === 0x20 || code === dash || code === 0x09;

/** Behind up to 64 spaces. */
export function endOfBlanks(text: string, at: number): number {
	let end = at;
	while (end < at + 64 && text[end] === ' ') end += 1;
	return end;
}
