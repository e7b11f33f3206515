import * as bounds from '../bounds.ts';
import * as json from '../json.ts';

/** By name; from JSON a value may be of any kind. */
export type Labels = Record<string, unknown>;

/**
 * Labels that are kept, ten times what Loki takes (its `max_label_names_per_series`), and what their names and values have together in
 * UTF-16 units. They are copied to each line: a body of nothing but labels and empty lines would take minutes.
 */
const mostLabels = 256;
const mostUnits = bounds.attributesBytes;

/** The labels as far as they are kept; how many there are besides is noted. */
export function kept(pairs: Iterable<readonly [string, unknown]>): Labels {
	const labels: Labels = {};
	let count = 0;
	let units = 0;
	let dropped = 0;
	for (const [name, value] of pairs) {
		const scalar = typeof value === 'object' && value !== null ? json.stringify(value) : value;
		const size = name.length + (typeof scalar === 'string' ? scalar.length : 8);
		if (count === mostLabels || units + size > mostUnits) dropped += 1;
		else {
			bounds.set(labels, name, scalar);
			count += 1;
			units += size;
		}
	}
	if (dropped > 0) bounds.note(labels, 'dropped_labels', dropped);
	return labels;
}

/** Labels as text: `{job="api", path="C:\\x"}`. What is not like that is one attribute, `labels`. */
export function parse(text: string): Labels {
	const trimmed = text.trim();
	if (trimmed === '') return {};
	const isSet = trimmed.startsWith('{') && trimmed.endsWith('}');
	return isSet ? kept(pairsOf(trimmed)) : kept([['labels', text]]);
}

/** A name and the quote that opens its value, behind the brace or a comma. */
const name = /[{,]\s*([^\s=",{}`]+)\s*=\s*(["`])/y;
/**
 * What comes after the quote that closes a value: another label, or the end. Any other quote is the value's own: winston-loki does not
 * escape them.
 */
const after = /\s*(?:,\s*(?:[^\s=",{}`]+\s*=\s*["`]|\}$)|\}$)/y;

function* pairsOf(text: string): Generator<[string, string]> {
	for (let at = 0; ;) {
		name.lastIndex = at;
		const found = name.exec(text);
		if (found === null) return;
		const [, label = '', quote = '"'] = found;
		const start = name.lastIndex;
		const end = endOf(text, start, quote);
		const value = text.slice(start, end);
		yield [label, quote === '"' ? unescape(value) : value];
		at = end + 1;
		while (/\s/.test(text.charAt(at))) at += 1;
	}
}

/** Where the value that begins at `start` has its closing quote; the end of the text if it has none. */
function endOf(text: string, start: number, quote: string): number {
	for (let at = start; at < text.length; at += 1) {
		const character = text[at];
		if (character === '\\' && quote === '"') at += 1;
		else if (character === quote) {
			after.lastIndex = at + 1;
			if (after.test(text)) return at;
		}
	}
	return text.length - 1;
}

const plain: Record<string, string> = {
	a: '\x07',
	b: '\b',
	f: '\f',
	n: '\n',
	r: '\r',
	t: '\t',
	v: '\v'
};

/** Go's escapes (strconv.Quote), which Prometheus takes over. An unknown one stands for itself. */
function unescape(text: string): string {
	if (!text.includes('\\')) return text;
	return text.replace(
		/\\(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|(.))/gis,
		(whole, byte?: string, unit?: string, point?: string, one?: string) => {
			const code = byte ?? unit ?? point;
			if (code === undefined) return plain[one ?? ''] ?? one ?? whole;
			const number = Number.parseInt(code, 16);
			return number > 0x10ffff ? whole : String.fromCodePoint(number);
		}
	);
}
