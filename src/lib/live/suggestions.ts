/** What the query box offers while someone types: earlier queries, and the names of fields. */
import { columns } from '../log/field-names.ts';
import { split } from '../log/tokens.ts';
import * as fields from './fields.ts';
import * as lines from './lines.ts';

const most = 12;
/** Names are taken from this many of the newest lines. */
const looked = 200;

/** Complete texts of the box that begin as it does: earlier queries first. */
export function of(text: string, names: readonly string[], earlier: readonly string[]): string[] {
	const begun = earlier.filter((query) => query !== text && query.startsWith(text));
	return [...new Set([...begun, ...completed(text, names)])].slice(0, most);
}

/** The text with its last word completed to the name of a field. */
function completed(text: string, names: readonly string[]): string[] {
	const [previous, last] = [split(text).at(-2), split(text).at(-1)];
	if (last?.kind !== 'word' || last.text === '' || previous?.kind === 'operator') return [];
	const before = text.slice(0, last.position);
	return names.filter((name) => name.startsWith(last.text)).map((name) => `${before}${name}:`);
}

/** The names of the fields that lines have. */
export function namesIn(rows: readonly lines.Row[]): string[] {
	const names = new Set<string>(['level', ...columns]);
	for (const row of rows.slice(-looked)) {
		if (lines.isSkipped(row)) continue;
		for (const { path } of fields.flatten(row.attributes, 50)) names.add(path);
	}
	return [...names].sort();
}
