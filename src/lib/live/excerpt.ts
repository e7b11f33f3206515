/** What a row shows of a message; the entry has all of it. */

/** The most characters that a row shows: a screen holds fewer, and a frame has up to a hundred rows to lay out. */
const longest = 2000;

export interface Excerpt {
	text: string;
	/** How many characters of the message follow. */
	left: number;
}

/** The beginning of a message from its first non-blank line; on one line unless wrapped. */
export function of(message: string, wrap: boolean): Excerpt {
	const said = fromFirstLine(message);
	const text = said.slice(0, longest);
	const left = said.length - text.length;
	return { text: wrap ? text : text.replace(/[\r\n]+\s*/g, ' ↵ '), left };
}

/** Without leading blank lines, and without blanks at the end. */
function fromFirstLine(message: string): string {
	const ended = message.trimEnd();
	const begins = ended.length - ended.trimStart().length;
	if (begins === 0) return ended;
	const breaks = Math.max(ended.lastIndexOf('\n', begins), ended.lastIndexOf('\r', begins));
	return ended.slice(breaks + 1);
}
