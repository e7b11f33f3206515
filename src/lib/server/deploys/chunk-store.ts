import type { Sqlite } from '../sqlite/connect.ts';
import * as bytes from './bytes.ts';
import { given, marksOf, merged, within, type ByteMark, type MergedChunk, type Timed } from './times.ts';

/** A piece of a log as it is stored. */
export interface Chunk extends Timed {
	/** Of the first byte, in bytes since the start of the log. */
	offset: number;
	/** The number of the line in which the first byte lies. */
	firstLine: number;
	data: Uint8Array;
}

/** Bytes to add, and when they arrived. */
export interface Inserted extends Pick<Chunk, 'offset' | 'firstLine' | 'data'> {
	marks: [ByteMark, ...ByteMark[]];
}

/** Bytes. No chunk is longer, so that no read blocks for long; longer ones make reading no faster (measured). */
const longest = 256 * 1024;
/**
 * Bytes. Chunks this long on average are not joined: that would write each byte two more times, and reading longer ones is
 * hardly faster (100 MB in chunks of 256 KiB 0.1 s, of 10 kB 0.2 s, of 1 kB 1.2 s; measured).
 */
const longEnough = 8 * 1024;
/** How many chunks one transaction joins at most, so that nothing waits long for it. */
const mostJoined = 2_000;

const deployId = '(SELECT id FROM deploys WHERE org_id = ? AND id = ?)';

/** The pieces of the logs, in SQLite. Any offset within a piece finds it: merging takes nothing away from a reader. */
export class ChunkStore {
	readonly #insert;
	readonly #last;
	readonly #at;
	readonly #lineAt;
	readonly #group;
	readonly #parts;
	readonly #remove;
	readonly #replace;
	readonly #joinGroup;

	constructor(sqlite: Sqlite) {
		this.#insert = sqlite.prepare<[number, number, number, string | null, Uint8Array, string, string]>(`
			INSERT INTO deploy_chunks (deploy_id, "offset", first_line, flushed_at, times, data)
			SELECT id, ?, ?, ?, ?, ? FROM deploys WHERE org_id = ? AND id = ?`);
		this.#last = sqlite.prepare<[string, string], Timed>(`
			SELECT first_line AS firstLine, flushed_at AS flushedAt, times FROM deploy_chunks
			WHERE deploy_id = ${deployId} ORDER BY "offset" DESC LIMIT 1`);
		this.#at = sqlite.prepare<[string, string, number], Chunk>(`
			SELECT "offset", first_line AS firstLine, flushed_at AS flushedAt, times, data FROM deploy_chunks
			WHERE deploy_id = ${deployId} AND "offset" <= ? ORDER BY "offset" DESC LIMIT 1`);
		this.#lineAt = sqlite.prepare<[string, string, number], { offset: number; firstLine: number }>(`
			SELECT "offset", first_line AS firstLine FROM deploy_chunks
			WHERE deploy_id = ${deployId} AND "offset" <= ? ORDER BY "offset" DESC LIMIT 1`);
		this.#group = sqlite.prepare<[string, string, number], { offset: number; length: number }>(`
			SELECT "offset", length(data) AS length FROM deploy_chunks
			WHERE deploy_id = ${deployId} AND "offset" >= ? ORDER BY "offset" LIMIT ${mostJoined}`);
		this.#parts = sqlite.prepare<[string, string, number, number], Chunk>(`
			SELECT "offset", first_line AS firstLine, flushed_at AS flushedAt, times, data FROM deploy_chunks
			WHERE deploy_id = ${deployId} AND "offset" >= ? AND "offset" < ? ORDER BY "offset"`);
		this.#remove = sqlite.prepare<[string, string, number, number]>(
			`DELETE FROM deploy_chunks WHERE deploy_id = ${deployId} AND "offset" > ? AND "offset" < ?`
		);
		this.#replace = sqlite.prepare<[string | null, Uint8Array, string, string, number]>(
			`UPDATE deploy_chunks SET times = ?, data = ? WHERE deploy_id = ${deployId} AND "offset" = ?`
		);
		this.#joinGroup = sqlite.transaction(this.#join.bind(this));
	}

	/** Adds bytes at the end, within the caller's transaction. Returns how many lines end in them. */
	insert(org: string, id: string, { offset, firstLine, marks, data }: Inserted): number {
		let lineFeeds = 0;
		for (let at = 0; at < data.length; at += longest) {
			const piece = data.subarray(at, at + longest);
			const { flushedAt, times } = given(piece, firstLine + lineFeeds, within(marks, at, piece.length));
			this.#insert.run(offset + at, firstLine + lineFeeds, flushedAt, times, piece, org, id);
			lineFeeds += bytes.countLineFeeds(piece);
		}
		return lineFeeds;
	}

	/** When the last line arrived, epoch ms; null if there is none. */
	lastTime(org: string, id: string): number | null {
		const last = this.#last.get(org, id);
		return last ? (marksOf(last).at(-1)?.time ?? null) : null;
	}

	/** The chunk with the byte at `offset`; null beyond the end of the log. */
	at(org: string, id: string, offset: number): Chunk | null {
		const chunk = this.#at.get(org, id, offset);
		return chunk && offset < chunk.offset + chunk.data.length ? chunk : null;
	}

	/**
	 * The last chunk that begins in a line before `line`, which is at least 2: the line begins in it or right after it. Found
	 * by halving the `size` bytes of the log: an index by lines would cost every flush a page. Null: nothing is there.
	 */
	beforeLine(org: string, id: string, line: number, size: number): Chunk | null {
		let [low, high] = [0, size];
		while (high - low > 1) {
			const middle = Math.floor((low + high) / 2);
			const found = this.#lineAt.get(org, id, middle);
			if (!found) return null;
			if (found.firstLine < line) low = middle;
			else high = found.offset;
		}
		return this.at(org, id, low);
	}

	/**
	 * Joins chunks, starting with the one at `offset`, in one short transaction, if they are small. Returns the offset to
	 * continue from, null at the end. A crash leaves either the old chunks or the new one.
	 */
	join(org: string, id: string, offset: number): number | null {
		return this.#joinGroup.immediate(org, id, offset);
	}

	#join(org: string, id: string, offset: number): number | null {
		let end = offset;
		let count = 0;
		for (const { length } of this.#group.all(org, id, offset)) {
			if (count > 0 && end + length - offset > longest) break;
			end += length;
			count++;
		}
		if (count === 0) return null;
		if (count === 1 || (end - offset) / count >= longEnough) return end;
		const parts = this.#parts.all(org, id, offset, end);
		const data = Buffer.concat(parts.map((part) => part.data));
		this.#remove.run(org, id, offset, end);
		this.#replace.run(merged(parts.map(partOf)), data, org, id, offset);
		return end;
	}
}

function partOf(chunk: Chunk, index: number, chunks: readonly Chunk[]): MergedChunk {
	const before = chunks[index - 1];
	return { ...chunk, midLine: before !== undefined && before.data.at(-1) !== bytes.lineFeed };
}
