/** What a search has counted, in parts: a part that goes on where another was stopped counts the rest. */
import type { Fields, Histogram, Searched, Values } from './search.ts';

export interface Counts {
	/** Matches. */
	matched: number;
	searched: Searched | null;
	histogram: Histogram | null;
	fields: Fields | null;
}

export const none: Counts = { matched: 0, searched: null, histogram: null, fields: null };

/** So many values of a field are told: if there are fewer, these are all. */
const mostTold = 20;

/** Two parts together, the first of which was searched first. */
export function sum(before: Counts, more: Counts): Counts {
	return {
		matched: before.matched + more.matched,
		searched: more.searched && {
			...more.searched,
			lines: (before.searched?.lines ?? 0) + more.searched.lines
		},
		histogram: sumOfBars(before.histogram, more.histogram),
		fields: sumOfFields(before, more)
	};
}

function sumOfBars(before: Histogram | null, more: Histogram | null): Histogram | null {
	if (!before || !more) return more ?? before;
	const bars = more.bars.map((bar, at) => bar.map((count, level) => count + (before.bars[at]?.[level] ?? 0)));
	return { ...more, bars };
}

function sumOfFields(before: Counts, more: Counts): Fields | null {
	if (!before.fields || !more.fields) return more.fields ?? before.fields;
	const [first, rest] = [namedIn(before.fields), namedIn(more.fields)];
	const names = [...new Set([...first.keys(), ...rest.keys()])];
	const fields = names.map((name) =>
		sumOfValues(first.get(name) ?? absent(name, before), rest.get(name) ?? absent(name, more))
	);
	return { sampled: before.fields.sampled + more.fields.sampled, fields };
}

const namedIn = ({ fields }: Fields) => new Map(fields.map((field) => [field.name, field]));

/** A field that a part does not name: none of its matches has it, as far as they were looked at. */
const absent = (name: string, { matched, fields }: Counts): Values => ({
	name,
	exact: matched === fields?.sampled,
	values: []
});

function sumOfValues(before: Values, more: Values): Values {
	const counts = new Map<string, number>();
	for (const { value, count } of [...before.values, ...more.values]) {
		counts.set(value, (counts.get(value) ?? 0) + count);
	}
	const values = [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
	const isAll = [before, more].every(({ exact, values }) => exact && values.length < mostTold);
	return { name: more.name, exact: isAll, values: values.slice(0, mostTold) };
}
