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
