import * as digits from '../../log/digits.ts';
import type { Entry } from '../../log/entry.ts';
import { line } from '../../log/plain.ts';
import { row } from '../lists/csv.ts';
import { FoundLine } from './found.ts';

/** A format for whole results: each line becomes text with its line end. */
export interface ExportFormat {
	contentType: string;
	/** Of the file's name. */
	extension: string;
	opening: string;
	write(lines: readonly FoundLine[]): Uint8Array[];
}

const encoder = new TextEncoder();
const texts = (write: (found: FoundLine) => string) => (lines: readonly FoundLine[]) => [
	encoder.encode(lines.map(write).join(''))
];

const columns = [
	...['seq', 'time', 'received_at', 'level', 'service', 'host', 'message'],
	...['trace_id', 'span_id', 'attributes']
];

const formats: ExportFormat[] = [
	{
		contentType: 'application/x-ndjson',
		extension: 'ndjson',
		opening: '',
		write: (lines) => FoundLine.ndjson(lines)
	},
	{
		contentType: 'text/csv; charset=utf-8; header=present',
		extension: 'csv',
		opening: row(columns),
		write: texts(({ json }) => csvOf(json))
	},
	{
		contentType: 'text/plain; charset=utf-8',
		extension: 'log',
		opening: '',
		write: texts(({ json }) => `${line(digits.parse(json) as Entry)}\n`)
	}
];

/** The format that a request asks for by name, or with `Accept`; null if it asks for none of them. */
export function formatFor(name: string | null, accept: string | null): ExportFormat | null {
	const named = formats.find(({ extension }) => extension === name);
	if (named) return named;
	const types = (accept ?? '').split(',').map((type) => type.split(';', 1)[0]?.trim().toLowerCase());
	for (const type of types) {
		const found = formats.find(({ contentType }) => contentType.split(';', 1)[0] === type);
		if (found) return found;
	}
	return null;
}

/**
 * Attributes stay the JSON that they are stored as. It stands between two names with quotes around them, which no text in front or
 * behind can have.
 */
function csvOf(json: string): string {
	const entry = JSON.parse(json) as Entry;
	const { seq, time, received_at, level, service, host, message, trace_id, span_id } = entry;
	const attributes = json.slice(json.indexOf(before) + before.length, json.lastIndexOf(behind));
	const cells = [String(seq), time, received_at, level, service, host, message, trace_id, span_id];
	return row([...cells, attributes]);
}

const before = ',"attributes":';
const behind = ',"trace_id":';
