import type { NewEntry } from '../../../log/entry.ts';
import * as json from '../json.ts';
import type { Fallback } from '../repair.ts';
import * as time from '../time.ts';
import * as labels from './loki-labels.ts';
import { entryOf } from './loki-line.ts';

type Fields = Record<string, unknown>;

/**
 * The lines of a push in JSON, parsed: `streams` with `stream` and `values`, or with `labels` as text and `entries`, as Loki took them
 * before.
 */
export function* read(request: Fields, fallback: Fallback, now: number): Generator<NewEntry | string> {
	for (const stream of listOf(request.streams)) {
		const { stream: own, labels: text, values, entries } = fieldsOf(stream);
		const ofStream = typeof text === 'string' ? labels.parse(json.text(text)) : labels.kept(pairsOf(own));
		for (const value of listOf(values)) {
			const [at, line, metadata] = Array.isArray(value) ? (value as unknown[]) : [];
			yield lineOf({ at, line, metadata });
		}
		for (const entry of listOf(entries)) {
			const { ts, timestamp, line, structuredMetadata } = fieldsOf(entry);
			yield lineOf({ at: ts ?? timestamp, line, metadata: structuredMetadata });
		}

		function lineOf({ at, line, metadata }: { at: unknown; line: unknown; metadata: unknown }) {
			if (line === undefined || line === null) return 'not an entry: it has no line';
			return entryOf(
				{
					time: time.read(typeof at === 'string' ? json.text(at) : at, now),
					text: typeof line === 'string' ? json.text(line) : json.stringify(line),
					labels: ofStream,
					metadata: pairsOf(metadata)
				},
				fallback,
				now
			);
		}
	}
}

const pairsOf = (value: unknown) => Object.entries(fieldsOf(value));
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function fieldsOf(value: unknown): Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
