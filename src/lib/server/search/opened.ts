import type { Entry } from '../../log/entry.ts';
import { CorruptChunk } from '../logs/chunks/bytes.ts';
import * as blob from '../logs/chunks/blob.ts';
import * as columns from '../logs/chunks/columns.ts';
import * as documents from '../logs/chunks/documents.ts';
import * as heads from '../logs/chunks/head.ts';
import { Line, type ChunkLine } from '../logs/chunks/line.ts';
import * as digits from '../../log/digits.ts';
import { levelOf } from '../../log/entry.ts';
import type { Needle, Needs } from './needs.ts';
import { columnOf, union, type TextColumn } from './texts.ts';

/** A chunk's bytes. A text column that is left out must not be read. */
export interface Blobs {
	format: number;
	head: Buffer;
	messages: Buffer | null;
	attributes: Buffer | null;
}

/** A chunk as a search reads it, by the index of a line. */
export interface Opened {
	count: number;
	timeAt(index: number): number;
	severityAt(index: number): number;
	serviceAt(index: number): string;
	hostAt(index: number): string | null;
	/** As predicates read it; valid until the next call. */
	entryAt(index: number): Entry;
	lineAt(index: number): ChunkLine;
	/** The lines that may match, in rising order; null if all may. */
	candidates(needs: Needs): number[] | null;
}

/**
 * Opens a chunk whose first line was received at a time (epoch ms). The text columns that will be read are unpacked now.
 * @throws CorruptChunk
 */
export function open(blobs: Blobs, receivedAt: number, read: Pick<Needs, 'messages' | 'attributes'>): Opened {
	if (blobs.format === 0) return new Documents(documents.decode(blobs.head, receivedAt));
	if (blobs.format !== 1) throw new CorruptChunk(`has the unknown format ${blobs.format}`);
	const head = heads.readHead(blob.unpackHere(blobs.head, usualHead), receivedAt);
	const opened = new Columns(head, blobs);
	if (read.messages) void opened.messages;
	if (read.attributes) void opened.attributes;
	return opened;
}

/** Most heads are smaller, in bytes. */
const usualHead = 256 * 1024;

/** Few lines: all of them are looked at. */
class Documents implements Opened {
	readonly #lines: readonly ChunkLine[];

	constructor(lines: readonly ChunkLine[]) {
		this.#lines = lines;
	}

	get count(): number {
		return this.#lines.length;
	}
	timeAt = (index: number) => this.lineAt(index).time;
	severityAt = (index: number) => this.lineAt(index).severity;
	serviceAt = (index: number) => this.lineAt(index).service;
	hostAt = (index: number) => this.lineAt(index).host;
	entryAt = (index: number) => new Line(0, this.lineAt(index)).entry;
	lineAt = (index: number) => this.#lines[index] as ChunkLine;
	candidates = () => null;
}

/** The texts of a chunk's lines. */
interface Texts {
	readonly messages: TextColumn;
	readonly attributes: TextColumn;
}

class Columns implements Opened, Texts {
	readonly #head: heads.Head;
	readonly #blobs: Blobs;
	readonly #view: View;
	#messages: TextColumn | null = null;
	#attributes: TextColumn | null = null;

	constructor(head: heads.Head, blobs: Blobs) {
		this.#head = head;
		this.#blobs = blobs;
		this.#view = new View(head, this);
	}

	/** Unpacked when first read. */
	get messages(): TextColumn {
		return (this.#messages ??= unpacked(this.#blobs.messages, this.#head.messageEnds));
	}
	get attributes(): TextColumn {
		return (this.#attributes ??= unpacked(this.#blobs.attributes, this.#head.attributeEnds));
	}
	get count(): number {
		return this.#head.count;
	}
	timeAt = (index: number) => this.#head.times[index] as number;
	severityAt = (index: number) => this.#head.severities[index] as number;
	serviceAt = (index: number) => heads.nameOf(this.#head.services, index) ?? '';
	hostAt = (index: number) => heads.nameOf(this.#head.hosts, index);
	lineAt = (index: number) =>
		columns.lineOf(this.#head, index, this.messages.at(index), this.attributes.at(index));

	entryAt(index: number): Entry {
		this.#view.index = index;
		return this.#view;
	}

	candidates({ requirements }: Needs): number[] | null {
		// One is enough, and the longest text leaves the fewest lines; the predicate looks at the rest.
		const length = (needles: readonly Needle[]) => Math.min(...needles.map(({ text }) => text.length));
		const [best] = requirements.toSorted((a, b) => length(b) - length(a));
		if (!best) return null;
		let found: number[] = [];
		for (const { column, text } of best) {
			const having = this[column].having(text);
			if (having === null) return null;
			found = union(found, having);
		}
		return best.some(({ column }) => column === 'messages')
			? union(found, this.messages.withEscapes())
			: found;
	}
}

function unpacked(packed: Buffer | null, ends: Uint32Array): TextColumn {
	if (packed === null) throw new Error('a column that was not fetched is read');
	return columnOf(blob.unpackHere(packed, ends.at(-1) ?? 0), ends);
}

/** A line of columns as an entry: one object for all lines of a chunk, because most are only looked at. */
class View implements Entry {
	index = 0;
	readonly seq = 0;
	readonly #head: heads.Head;
	readonly #texts: Texts;

	constructor(head: heads.Head, texts: Texts) {
		this.#head = head;
		this.#texts = texts;
	}

	get time() {
		return new Date(this.#head.times[this.index] as number).toISOString();
	}
	get received_at() {
		return new Date(this.#head.receivedAt[this.index] as number).toISOString();
	}
	get level() {
		return levelOf(this.severity);
	}
	get severity() {
		return this.#head.severities[this.index] as number;
	}
	get service() {
		return heads.nameOf(this.#head.services, this.index) ?? '';
	}
	get host() {
		return heads.nameOf(this.#head.hosts, this.index);
	}
	get message() {
		return this.#texts.messages.at(this.index);
	}
	get attributes() {
		const text = this.#texts.attributes.at(this.index);
		return (text === '' ? {} : digits.parse(text)) as Record<string, unknown>;
	}
	get trace_id() {
		return this.#head.ids().traces[this.index] as string | null;
	}
	get span_id() {
		return this.#head.ids().spans[this.index] as string | null;
	}
}
