import * as blob from './blob.ts';
import { ByteWriter, CorruptChunk } from './bytes.ts';
import { nameOf, readHead, type Head } from './head.ts';
import * as ids from './ids.ts';
import type { ChunkLine } from './line.ts';

/** The three blobs of a chunk by columns, so that a search decompresses only what it needs. */
export interface Blobs {
	/** Everything but the two others, which lines up with them by lengths. */
	head: Buffer;
	messages: Buffer;
	attributes: Buffer;
}

/** What most lines have for attributes; it is left out. */
const empty = '{}';

/**
 * Lines as format 1. `head` is, one column after the other, with whole numbers as LEB128 and differences as ZigZag:
 *
 * 1. how many lines
 * 2. runs of received_at: how many runs; for each the milliseconds since the one before (the first: 0) and its lines
 * 3. times: the milliseconds since 1970, then from line to line
 * 4. severities, a byte each
 * 5. services: the distinct ones, then each line's index; hosts the same, with 0 for none
 * 6. lengths of messages, then of attributes, in UTF-16 units; 0 attributes stand for `{}`
 * 7. trace ids, span ids (ids.ts)
 *
 * `messages` and `attributes` are the texts one after the other, in UTF-8. Lines must be well-formed Unicode. When the first
 * line was received stands in the chunk's row alone: the head of the stream may move it on (see append.ts).
 */
export async function encode(lines: readonly ChunkLine[], level: blob.Level): Promise<Blobs> {
	const attributes = lines.map((line) => (line.attributes === empty ? '' : line.attributes));
	const head = encodeHead(lines, attributes);
	const messages = Buffer.from(lines.map(({ message }) => message).join(''));
	const [packedHead, packedMessages, packedAttributes] = await Promise.all([
		blob.pack(head, level),
		blob.pack(messages, level),
		blob.pack(Buffer.from(attributes.join('')), level)
	]);
	return { head: packedHead, messages: packedMessages, attributes: packedAttributes };
}

function encodeHead(lines: readonly ChunkLine[], attributes: readonly string[]): Uint8Array {
	const writer = new ByteWriter(16 * lines.length + 1024);
	writer.whole(lines.length);
	writeRuns(writer, lines);
	let before = 0;
	for (const { time } of lines) {
		writer.signed(time - before);
		before = time;
	}
	for (const { severity } of lines) writer.byte(severity);
	writeNames(writer, lines, ({ service }) => service);
	writeNames(writer, lines, ({ host }) => host);
	for (const { message } of lines) writer.whole(message.length);
	for (const text of attributes) writer.whole(text.length);
	ids.write(
		writer,
		lines.map((line) => line.trace_id)
	);
	ids.write(
		writer,
		lines.map((line) => line.span_id)
	);
	return writer.written();
}

function writeRuns(writer: ByteWriter, lines: readonly ChunkLine[]): void {
	const starts = lines.flatMap(({ received_at }, index) =>
		received_at === lines[index - 1]?.received_at ? [] : [index]
	);
	writer.whole(starts.length);
	let before = lines[0]?.received_at ?? 0;
	starts.forEach((start, run) => {
		const { received_at } = lines[start] as ChunkLine;
		writer.whole(received_at - before);
		writer.whole((starts[run + 1] ?? lines.length) - start);
		before = received_at;
	});
}

function writeNames(
	writer: ByteWriter,
	lines: readonly ChunkLine[],
	pick: (line: ChunkLine) => string | null
): void {
	const numbers = new Map<string | null, number>([[null, 0]]);
	const used = lines.map((line) => {
		const name = pick(line);
		const known = numbers.get(name);
		if (known !== undefined) return known;
		numbers.set(name, numbers.size);
		return numbers.size - 1;
	});
	writer.whole(numbers.size - 1);
	for (const name of numbers.keys()) if (name !== null) writer.text(name);
	for (const number of used) writer.whole(number);
}

/** The lines of format 1, of which the first was received at `receivedAt` (epoch ms). @throws CorruptChunk */
export async function decode(blobs: Blobs, receivedAt: number): Promise<ChunkLine[]> {
	const [head, messages, attributes] = await Promise.all([
		blob.unpack(blobs.head),
		blob.unpack(blobs.messages),
		blob.unpack(blobs.attributes)
	]);
	const columns = readHead(head, receivedAt);
	const messageAt = cut(columns.messageEnds, messages.toString('utf8'));
	const attributesAt = cut(columns.attributeEnds, attributes.toString('utf8'));
	return Array.from({ length: columns.count }, (_, index) =>
		lineOf(columns, index, messageAt(index), attributesAt(index))
	);
}

/** One line by its index, of which these are the texts. */
export function lineOf(head: Head, index: number, message: string, attributes: string): ChunkLine {
	const { traces, spans } = head.ids();
	return {
		time: head.times[index] as number,
		received_at: head.receivedAt[index] as number,
		severity: head.severities[index] as number,
		service: nameOf(head.services, index) ?? '',
		host: nameOf(head.hosts, index),
		message,
		attributes: attributes || empty,
		trace_id: traces[index] as string | null,
		span_id: spans[index] as string | null
	};
}

/** Gives the texts of a column by index. @throws CorruptChunk if they are not exactly the whole */
function cut(ends: Uint32Array, whole: string): (index: number) => string {
	if ((ends.at(-1) ?? 0) !== whole.length) throw new CorruptChunk('has texts of other lengths than it says');
	return (index) => whole.slice(index === 0 ? 0 : ends[index - 1], ends[index]);
}
