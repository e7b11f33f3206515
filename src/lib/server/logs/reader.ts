import type { Sql } from '../postgres/connect.ts';
import { CorruptChunk } from './chunks/bytes.ts';
import * as chunk from './chunks/chunk.ts';
import { Line, type ChunkLine } from './chunks/line.ts';
import { Decoded } from './decoded.ts';
import { blobsOf, find, type Blobs, type Row, type Wanted } from './find.ts';

/** One read of lines. */
export interface Page {
	items: Line[];
	/** Whether it ended at a bound, so that another read may find more. */
	more: boolean;
}

/** The most that one read returns, in bytes of text: beyond this a page ends early. */
const pageBytes = 4 * 1024 * 1024;
/** Chunks of one query at most. */
const mostChunks = 128;

/** A chunk that is no longer what its row was. */
class Moved extends Error {}

/** Reads lines by number, and keeps what it decoded last. Told of every chunk that is damaged; only its lines are left out. */
export class Reader {
	readonly #sql: Sql;
	readonly #damaged: (error: CorruptChunk) => void;
	readonly #decoded = new Decoded();

	constructor(sql: Sql, damaged: (error: CorruptChunk) => void) {
		this.#sql = sql;
		this.#damaged = damaged;
	}

	/** At most `limit` lines after `seq`, oldest first, or before it, newest first; fewer if they are large or lie apart. */
	async read(org: string, seq: number, direction: 'after' | 'before', limit: number): Promise<Page> {
		const wanted: Wanted = { org, seq, direction, limit: Math.min(limit, mostChunks) };
		for (;;) {
			const { rows: found, isEnd } = await find(this.#sql, wanted);
			const rows = enough(found, wanted, limit);
			const last = rows.at(-1);
			if (last === undefined) return { items: [], more: false };
			const page = await this.#pageOf(rows, wanted, limit);
			if (page === 'moved') continue;
			if (page.items.length > 0) return { ...page, more: page.more || rows.length < found.length || !isEnd };
			wanted.seq = direction === 'after' ? last.last_seq : last.first_seq; // all of them were damaged
		}
	}

	/** `moved`: a chunk was merged or removed since it was found. */
	async #pageOf(rows: readonly Row[], wanted: Wanted, limit: number): Promise<Page | 'moved'> {
		const blobs = await this.#missing(wanted.org, rows);
		const items: Line[] = [];
		let bytes = 0;
		for (const row of rows) {
			const lines = await this.#linesOf(wanted.org, row, blobs);
			if (lines === 'moved') return items.length > 0 ? { items, more: true } : 'moved';
			for (const seq of numbers(row, wanted)) {
				const line = lines[seq - row.first_seq];
				if (line === undefined) break;
				if (items.length === limit || bytes >= pageBytes) return { items, more: true };
				items.push(new Line(seq, line));
				bytes += chunk.sizeOf(line);
			}
		}
		return { items, more: false };
	}

	/** The blobs of large chunks that are not at hand. */
	#missing(org: string, rows: readonly Row[]): Promise<Map<number, Blobs>> {
		const missing = rows.filter((row) => row.head === null && !this.#decoded.has(keyOf(org, row)));
		return blobsOf(this.#sql, org, missing);
	}

	/** The lines of a chunk; none if it is damaged. */
	async #linesOf(
		org: string,
		row: Row,
		blobs: ReadonlyMap<number, Blobs>
	): Promise<readonly ChunkLine[] | 'moved'> {
		const key = keyOf(org, row);
		try {
			return await this.#decoded.get(key, row.bytes, () => this.#decode(org, row, blobs));
		} catch (error) {
			if (error instanceof Moved) return 'moved';
			if (!(error instanceof CorruptChunk)) throw error;
			error.message = `The chunk ${key} ${error.message}`;
			this.#damaged(error);
			return [];
		}
	}

	async #decode(org: string, row: Row, blobs: ReadonlyMap<number, Blobs>): Promise<ChunkLine[]> {
		const { first_seq, lines, received_at, format, head, messages, attributes } = row;
		const receivedAt = received_at.getTime();
		if (head !== null) return chunk.decode({ lines, receivedAt, format, head, messages, attributes });
		const read = blobs.get(first_seq) ?? (await blobsOf(this.#sql, org, [row])).get(first_seq);
		if (!read) throw new Moved();
		return chunk.decode({ lines, receivedAt, ...read });
	}
}

const keyOf = (org: string, { first_seq, last_seq }: Row) => `${org}/${first_seq}-${last_seq}`;

/** The first chunks that fill a page; at least one. */
function enough(rows: readonly Row[], { seq, direction }: Wanted, limit: number): readonly Row[] {
	let lines = 0;
	let bytes = 0;
	const full = rows.findIndex((row) => {
		if (lines >= limit || bytes >= pageBytes) return true;
		const { first_seq, last_seq } = row;
		lines +=
			direction === 'after'
				? last_seq - Math.max(seq, first_seq - 1)
				: Math.min(seq, last_seq + 1) - first_seq;
		bytes += row.bytes;
		return false;
	});
	return full === -1 ? rows : rows.slice(0, full);
}

/** The wanted numbers of a chunk, in their order. */
function* numbers({ first_seq, last_seq }: Row, { seq, direction }: Wanted): Generator<number> {
	if (direction === 'after') for (let at = Math.max(first_seq, seq + 1); at <= last_seq; at++) yield at;
	else for (let at = Math.min(last_seq, seq - 1); at >= first_seq; at--) yield at;
}
