import { levelIndexOf } from '../../../log/entry.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import type { ChunkLine } from './line.ts';

/** How many lines of a chunk have a minute (of their own time), a level and a service. */
export interface Count {
	/** Its beginning, epoch milliseconds. */
	minute: number;
	/** Index into `levels`: 0 is trace. */
	level: number;
	/** Index into the chunk's services. */
	service: number;
	lines: number;
}

const minuteMs = 60_000;

/**
 * Lines by minute, level and service: how many such counts there are, then each with the minutes since the one before (ZigZag; the
 * first: since 1970), level, service and lines as LEB128. In the order of minutes.
 */
export function build(lines: readonly ChunkLine[], services: readonly string[]): Buffer {
	const numbers = new Map(services.map((service, index) => [service, index]));
	const counts = new Map<string, Count>();
	for (const { time, severity, service } of lines) {
		const minute = Math.floor(time / minuteMs);
		const level = levelIndexOf(severity);
		const number = numbers.get(service) ?? 0;
		const key = `${minute} ${level} ${number}`;
		const count = counts.get(key) ?? { minute, level, service: number, lines: 0 };
		count.lines++;
		counts.set(key, count);
	}
	return encode([...counts.values()].sort((a, b) => a.minute - b.minute));
}

/** Each `minute` is in minutes here. */
function encode(counts: readonly Count[]): Buffer {
	const writer = new ByteWriter(6 * counts.length + 16);
	writer.whole(counts.length);
	let before = 0;
	for (const { minute, level, service, lines } of counts) {
		writer.signed(minute - before);
		writer.byte(level);
		writer.whole(service);
		writer.whole(lines);
		before = minute;
	}
	return Buffer.from(writer.written());
}

/** The counts of a chunk. @throws CorruptChunk */
export function read(bytes: Buffer): Count[] {
	const counts: Count[] = [];
	each(bytes, (minute, level, service, lines) => counts.push({ minute, level, service, lines }));
	return counts;
}

/** Visits the counts of a chunk, as in Count, without making an object of each. @throws CorruptChunk */
export function each(
	bytes: Buffer,
	visit: (minute: number, level: number, service: number, lines: number) => void
): void {
	const reader = new ByteReader(bytes);
	let at = 0;
	for (let rest = reader.whole(); rest > 0; rest--) {
		at += reader.signed();
		visit(at * minuteMs, reader.byte(), reader.whole(), reader.whole());
	}
	reader.end();
}
