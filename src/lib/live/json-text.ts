/** JSON laid out for people, by its text alone: numbers keep the digits that they came with. */

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/** Valid JSON, indented by two spaces a level; empty objects and arrays stay on their line. */
export function indent(json: string): string {
	let [text, depth, before] = ['', 0, ''];
	const newLine = () => `\n${'  '.repeat(depth)}`;
	for (const [part] of json.matchAll(token)) {
		const isEmpty = (part === '}' && before === '{') || (part === ']' && before === '[');
		if (part === '}' || part === ']') depth--;
		if ((part === '}' || part === ']') && !isEmpty) text += newLine();
		else if ((before === '{' || before === '[' || before === ',') && !isEmpty) text += newLine();
		text += part === ':' ? ': ' : part;
		if (part === '{' || part === '[') depth++;
		before = part;
	}
	return text;
}

/** A line of laid out JSON; or one that begins an object or array, with the lines in it and the one that ends it. */
export type Line = string | { head: string; lines: Line[]; tail: string };

/** Valid JSON as `indent` lays it out, so that objects and arrays can be folded. */
export function tree(json: string): Line[] {
	const root: Line[] = [];
	const open: { head: string; lines: Line[]; tail: string }[] = [];
	for (const line of indent(json).split('\n')) {
		const inner = open.at(-1);
		if (/^\s*[}\]]/.test(line) && inner) {
			inner.tail = line;
			open.pop();
			continue;
		}
		const isBegin = /[{[]$/.test(line);
		const added = isBegin ? { head: line, lines: [], tail: '' } : line;
		(inner?.lines ?? root).push(added);
		if (typeof added !== 'string') open.push(added);
	}
	return root;
}
