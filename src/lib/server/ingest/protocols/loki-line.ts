import type { NewEntry } from '../../../log/entry.ts';
import * as bounds from '../bounds.ts';
import * as repair from '../repair.ts';
import * as severity from '../severity.ts';
import { kept, type Labels } from './loki-labels.ts';

/** A line of a push, and what is said of it. */
export interface Line {
	/** Epoch milliseconds. */
	time: number | null;
	text: string;
	/** Of its stream. */
	labels: Labels;
	/** Its structured metadata. */
	metadata: Iterable<readonly [string, unknown]>;
}

/** A line as an entry: labels and metadata are its attributes. */
export function entryOf(line: Line, fallback: repair.Fallback, now: number): NewEntry {
	const attributes = { ...line.labels };
	const metadata = kept(line.metadata);
	for (const name in metadata) {
		if (attributes[name] !== metadata[name]) bounds.add(attributes, name, metadata[name]);
	}
	const sent = {
		time: line.time,
		severity: severityOf(attributes),
		service: null,
		host: null,
		message: line.text,
		attributes,
		trace_id: null,
		span_id: null
	};
	return repair.sent(sent, fallback, now);
}

/** What the sender says goes before what was detected. */
function severityOf(attributes: Labels): number | null {
	return severity.read('level', attributes.level) ?? severity.read('level', attributes.detected_level);
}
