/** The names of fields, as written in a query. */

/** The fields of an entry that hold text. Every other field but `level` is the dotted path of an attribute. */
export const columns = ['message', 'service', 'host', 'trace_id', 'span_id'] as const;
export type Column = (typeof columns)[number];

const PREFIX = 'attributes.';

/** Those that an attribute may also be named: `trace_id:x` finds either. A service is only what a line was sent as. */
export const shared: readonly string[] = ['host', 'trace_id', 'span_id'] satisfies Column[];

/** Whether a field belongs to the entry itself rather than to its attributes. */
export function isColumn(field: string): field is Column {
	return (columns as readonly string[]).includes(field);
}

/**
 * The one name of a field that can be written in two ways: any attribute may have the prefix `attributes.`, and those named
 * like a field of the entry must (`attributes.level:9`).
 */
export function nameOf(written: string): string {
	return written.startsWith(PREFIX) ? ofAttribute(pathOf(written)) : written;
}

/** The name of an attribute's field, from its dotted path. */
export function ofAttribute(path: string): string {
	const needsPrefix = path === 'level' || isColumn(path) || path.startsWith(PREFIX);
	return needsPrefix ? PREFIX + path : path;
}

/** Whether a field can only be an attribute: written with the prefix. */
export function isExact(written: string): boolean {
	return written.startsWith(PREFIX);
}

/** The dotted path of an attribute, from the name of its field. */
export function pathOf(field: string): string {
	return field.startsWith(PREFIX) ? field.slice(PREFIX.length) : field;
}
