import * as blob from './blob.ts';
import { ByteReader, ByteWriter, CorruptChunk } from './bytes.ts';
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
	return decodeHead(new ByteReader(head), messages.toString('utf8'), attributes.toString('utf8'), receivedAt);
}

function decodeHead(
	reader: ByteReader,
	messages: string,
	attributes: string,
	receivedAt: number
): ChunkLine[] {
	const count = reader.whole();
	const received = readRuns(reader, count, receivedAt);
	const times = readTimes(reader, count);
	const severities = reader.bytes(count);
	const services = readNames(reader, count);
	const hosts = readNames(reader, count);
	const cutMessages = cut(messages, readWholes(reader, count));
	const cutAttributes = cut(attributes, readWholes(reader, count));
	const traceIds = ids.read(reader, count);
	const spanIds = ids.read(reader, count);
	reader.end();
	return times.map((time, index) => ({
		time,
		received_at: received[index] as number,
		severity: severities[index] as number,
		service: services[index] ?? '',
		host: hosts[index] ?? null,
		message: cutMessages[index] as string,
		attributes: cutAttributes[index] || empty,
		trace_id: traceIds[index] as string | null,
		span_id: spanIds[index] as string | null
	}));
}

function readRuns(reader: ByteReader, count: number, receivedAt: number): number[] {
	const received: number[] = [];
	let at = receivedAt;
	for (let runs = reader.whole(); runs > 0; runs--) {
		at += reader.whole();
		const end = received.length + reader.whole();
		if (end > count) throw new CorruptChunk('has more times of receipt than lines');
		while (received.length < end) received.push(at);
	}
	if (received.length !== count) throw new CorruptChunk('has fewer times of receipt than lines');
	return received;
}

function readTimes(reader: ByteReader, count: number): number[] {
	const times: number[] = [];
	for (let time = 0; times.length < count;) {
		time += reader.signed();
		times.push(time);
	}
	return times;
}

function readNames(reader: ByteReader, count: number): (string | null)[] {
	const names: (string | null)[] = [null];
	for (let rest = reader.whole(); rest > 0; rest--) names.push(reader.text());
	return readWholes(reader, count).map((number) => {
		const name = names[number];
		if (name === undefined) throw new CorruptChunk(`has no name ${number}`);
		return name;
	});
}

function readWholes(reader: ByteReader, count: number): number[] {
	const numbers: number[] = [];
	while (numbers.length < count) numbers.push(reader.whole());
	return numbers;
}

/** Texts that stand one after the other. @throws CorruptChunk if they are not exactly the whole */
function cut(whole: string, lengths: readonly number[]): string[] {
	let end = 0;
	const texts = lengths.map((length) => whole.slice(end, (end += length)));
	if (end !== whole.length) throw new CorruptChunk('has texts of other lengths than it says');
	return texts;
}
