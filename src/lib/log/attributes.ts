import * as terms from './terms.ts';

type Attributes = Record<string, unknown>;
/** A key that may come next along a path, and how many parts of the path that completes. */
type Step = { key: string; behind: number };

/**
 * Finds attributes by dotted path, in every way a path can be cut into keys: `a.b.c` is found in `{"a": {"b": {"c": …}}}` and
 * in `{"a.b": {"c": …}}`. Array elements have their index as key. If several are found, one that passes is enough.
 */
export function finder(
	path: string,
	passes: (value: unknown) => boolean
): (attributes: Attributes) => boolean {
	const steps = stepsOf(path.split('.'));
	return (attributes) => anyPasses(attributes, 0, steps, passes);
}

/** An attribute's text for comparisons: 500 and "500" are equal. Objects and arrays have none: null. */
export function textOf(value: unknown): string | null {
	if (typeof value === 'string') return value;
	return typeof value === 'object' && value !== null ? null : String(value);
}

/** The number of an attribute, if it is one or a text that reads as one (`terms.numberOf`), else null. */
export function numberOf(value: unknown): number | null {
	if (typeof value === 'number') return value;
	return typeof value === 'string' ? terms.numberOf(value) : null;
}

function stepsOf(parts: string[]): Step[][] {
	return parts.map((_, from) =>
		parts
			.slice(from)
			.map((_, more) => ({ key: parts.slice(from, from + more + 1).join('.'), behind: from + more + 1 }))
	);
}

function anyPasses(
	value: unknown,
	behind: number,
	steps: Step[][],
	passes: (value: unknown) => boolean
): boolean {
	const next = steps[behind];
	if (!next) return passes(value);
	if (typeof value !== 'object' || value === null) return false;

	for (const step of next) {
		if (!isKey(value, step.key)) continue;
		if (anyPasses((value as Attributes)[step.key], step.behind, steps, passes)) return true;
	}
	return false;
}

/** Own keys only: neither `constructor` nor the `length` of an array is an attribute. */
function isKey(value: object, key: string): boolean {
	return Object.hasOwn(value, key) && !(key === 'length' && Array.isArray(value));
}
