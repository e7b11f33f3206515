import type { NewEntry } from '../../../log/entry.ts';
import type { Fallback } from '../repair.ts';
import * as labels from './loki-labels.ts';
import { entryOf, type Line } from './loki-line.ts';
import { each, MessageReader, WireType } from './protobuf.ts';

/**
 * The lines of a PushRequest, one after the other. Source of the numbers: grafana/loki, pkg/push/push.proto.
 * @throws Malformed
 */
export function* read(bytes: Uint8Array, fallback: Fallback, now: number): Generator<NewEntry> {
	for (const stream of each(bytes, 1)) {
		let ofStream: labels.Labels = {};
		for (const text of each(stream, 1)) ofStream = labels.parse(Buffer.from(text).toString('utf8'));
		for (const entry of each(stream, 2)) yield entryOf(readLine(entry, ofStream), fallback, now);
	}
}

function readLine(message: Uint8Array, ofStream: labels.Labels): Line {
	const reader = new MessageReader(message);
	const metadata: [string, string][] = [];
	const line = { time: null as number | null, text: '', labels: ofStream, metadata };
	reader.fields((field, type) => {
		if (type !== WireType.LengthDelimited) return false;
		if (field === 1) line.time = readTime(reader);
		else if (field === 2) line.text = reader.text();
		else if (field === 3) metadata.push(readPair(reader));
		else return false;
		return true;
	});
	return line;
}

/** A Timestamp as epoch milliseconds; null if it is zero, which a protobuf leaves out, or before 1970. */
function readTime(reader: MessageReader): number | null {
	let seconds = 0;
	let nanos = 0;
	reader.message((field, type) => {
		if (type !== WireType.Varint) return false;
		if (field === 1) seconds = Number(reader.int64());
		else if (field === 2) nanos = reader.int();
		else return false;
		return true;
	});
	const time = seconds * 1000 + Math.floor(nanos / 1e6);
	return time > 0 ? time : null;
}

function readPair(reader: MessageReader): [string, string] {
	let name = '';
	let value = '';
	reader.message((field, type) => {
		if (type !== WireType.LengthDelimited) return false;
		if (field === 1) name = reader.text();
		else if (field === 2) value = reader.text();
		else return false;
		return true;
	});
	return [name, value];
}
