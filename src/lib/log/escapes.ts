/** Escape sequences (ECMA-48). One that does not end within its line or within 2,000 characters is none: only its introducer goes. */
const sequences = new RegExp(
	[
		String.raw`(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]`, // colours, cursor movement, erasing, modes
		String.raw`\x1b[\]PX^_][^\x07\x1b\n]{0,2000}(?:\x07|\x1b\\)`, // titles, links, device control
		String.raw`\x1b[ -/]{0,8}[0-~]?|\x9b` // all others, and what introduces a sequence that does not end
	].join('|'),
	'g'
);

/** The text without its escape sequences: what is searched, so that colours within a word do not hide it. */
export function strip(text: string): string {
	return text.includes('\x1b') || text.includes('\x9b') ? text.replace(sequences, '') : text;
}
