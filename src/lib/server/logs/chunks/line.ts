import { levelOf, type Entry, type NewEntry } from '../../../log/entry.ts';
import * as digits from '../../../log/digits.ts';
import { instants } from './instant.ts';
import * as printable from '../../../log/printable.ts';

/** A line as a chunk holds it: an entry with both of its times, in epoch milliseconds, and without its number. */
export interface ChunkLine extends NewEntry {
	time: number;
	/** Within a chunk it never falls. */
	received_at: number;
}

/** One for each of the two times of a line, which are far apart. */
const timeOf = instants();
const receiptOf = instants();

/** A line on its way to its readers. Each of its forms is made on first use and shared by all readers. */
export class Line {
	readonly seq: number;
	readonly #line: ChunkLine;
	#entry: Entry | null = null;
	#json: string | null = null;

	constructor(seq: number, line: ChunkLine) {
		this.seq = seq;
		this.#line = line;
	}

	/** Its text's length, roughly, in UTF-16 units. */
	get size(): number {
		return this.#line.message.length + this.#line.attributes.length + 200;
	}

	/** As filters and pages read it. Its attributes are parsed when a filter first needs them. */
	get entry(): Entry {
		this.#entry ??= entryOf(this.seq, this.#line);
		return this.#entry;
	}

	/** The entry as JSON that a terminal prints unchanged; the attributes are the text that came in, digit for digit. */
	get json(): string {
		this.#json ??= printable.escaped(jsonOf(this.seq, this.#line));
		return this.#json;
	}
}

function entryOf(seq: number, line: ChunkLine): Entry {
	let attributes: Record<string, unknown> | null = null;
	return {
		seq,
		get time() {
			return timeOf(line.time);
		},
		get received_at() {
			return receiptOf(line.received_at);
		},
		level: levelOf(line.severity),
		severity: line.severity,
		service: line.service,
		host: line.host,
		message: line.message,
		get attributes() {
			attributes ??= digits.parse(line.attributes) as Record<string, unknown>;
			return attributes;
		},
		trace_id: line.trace_id,
		span_id: line.span_id
	};
}

/** The fields of an entry in its order. Written by hand, because JSON.stringify would write the numbers of attributes anew. */
function jsonOf(seq: number, line: ChunkLine): string {
	const text = JSON.stringify;
	return (
		`{"seq":${seq},"time":"${timeOf(line.time)}"` +
		`,"received_at":"${receiptOf(line.received_at)}"` +
		`,"level":"${levelOf(line.severity)}","severity":${line.severity}` +
		`,"service":${text(line.service)},"host":${text(line.host)},"message":${text(line.message)}` +
		`,"attributes":${line.attributes},"trace_id":${text(line.trace_id)},"span_id":${text(line.span_id)}}`
	);
}
