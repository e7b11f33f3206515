/** An SD-ELEMENT: its SD-ID, and its parameters in their order. */
export interface Element {
	id: string;
	parameters: [name: string, value: string][];
}

/** STRUCTURED-DATA that was read, and where it ends. */
export interface StructuredData {
	elements: Element[];
	end: number;
}

/** SD-NAME: printable US-ASCII without `=`, space, `]` and `"` (RFC 5424, 6). */
const start = /\[([^\s=\]"]{1,255})/y;
const parameter = / +([^\s=\]"]{1,255})="((?:[^"\\]|\\.)*)"/sy;
const close = / *\]/y;

/**
 * STRUCTURED-DATA that begins at `at`, `-` included; null if what stands there is something else. A space before `]` is taken, which
 * real senders write.
 */
export function read(text: string, at: number): StructuredData | null {
	if (text[at] === '-' && isEnd(text, at + 1)) return { elements: [], end: at + 1 };
	const elements: Element[] = [];
	let end = at;
	while (text[end] === '[') {
		const read = element(text, end);
		if (!read) break;
		elements.push(read.element);
		end = read.end;
	}
	return elements.length > 0 && isEnd(text, end) ? { elements, end } : null;
}

function element(text: string, at: number): { element: Element; end: number } | null {
	start.lastIndex = at;
	const id = start.exec(text)?.[1];
	if (id === undefined) return null;
	const parameters: Element['parameters'] = [];
	let end = start.lastIndex;
	for (;;) {
		parameter.lastIndex = end;
		const [, name, value] = parameter.exec(text) ?? [];
		if (name === undefined || value === undefined) break;
		parameters.push([name, unescape(value)]);
		end = parameter.lastIndex;
	}
	// `[main]` before a message of Heroku's, which has no structured data, is text that would be lost.
	if (parameters.length === 0 && !id.includes('@')) return null;
	close.lastIndex = end;
	return close.test(text) ? { element: { id, parameters }, end: close.lastIndex } : null;
}

/** `\"`, `\\` and `\]`; a backslash before anything else is one (RFC 5424, 6.3.3). */
const unescape = (value: string) => (value.includes('\\') ? value.replace(/\\(["\\\]])/g, '$1') : value);

const isEnd = (text: string, at: number) => at === text.length || text[at] === ' ';
