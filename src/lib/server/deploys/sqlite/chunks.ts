import type { Sqlite } from '../../sqlite/connect.ts';
import { chunksOf, joined, mostJoined, planJoin, type Chunk, type Inserted } from '../chunk.ts';
import type { Chunks } from '../store.ts';
import { marksOf, type Timed } from '../times.ts';

const deployId = '(SELECT id FROM deploys WHERE org_id = ? AND id = ?)';
const columns = '"offset", first_line AS firstLine, flushed_at AS flushedAt, times, data';

/** The pieces of the logs, in SQLite. */
export class SqliteChunks implements Chunks {
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
			SELECT ${columns} FROM deploy_chunks
			WHERE deploy_id = ${deployId} AND "offset" <= ? ORDER BY "offset" DESC LIMIT 1`);
		this.#lineAt = sqlite.prepare<[string, string, number], { offset: number; firstLine: number }>(`
			SELECT "offset", first_line AS firstLine FROM deploy_chunks
			WHERE deploy_id = ${deployId} AND "offset" <= ? ORDER BY "offset" DESC LIMIT 1`);
		this.#group = sqlite
			.prepare<[string, string, number], number>(
				`SELECT length(data) FROM deploy_chunks
				WHERE deploy_id = ${deployId} AND "offset" >= ? ORDER BY "offset" LIMIT ${mostJoined}`
			)
			.pluck();
		this.#parts = sqlite.prepare<[string, string, number, number], Chunk>(`
			SELECT ${columns} FROM deploy_chunks
			WHERE deploy_id = ${deployId} AND "offset" >= ? AND "offset" < ? ORDER BY "offset"`);
		this.#remove = sqlite.prepare<[string, string, number, number]>(
			`DELETE FROM deploy_chunks WHERE deploy_id = ${deployId} AND "offset" > ? AND "offset" < ?`
		);
		this.#replace = sqlite.prepare<[string | null, Uint8Array, string, string, number]>(
			`UPDATE deploy_chunks SET times = ?, data = ? WHERE deploy_id = ${deployId} AND "offset" = ?`
		);
		this.#joinGroup = sqlite.transaction(this.#join.bind(this));
	}

	/** Adds bytes at the end, within the caller's transaction. */
	insert(org: string, id: string, inserted: Inserted): void {
		for (const { offset, firstLine, flushedAt, times, data } of chunksOf(inserted)) {
			this.#insert.run(offset, firstLine, flushedAt, times, data, org, id);
		}
	}

	/** When the last line arrived, epoch ms; null if there is none. */
	lastTime(org: string, id: string): number | null {
		const last = this.#last.get(org, id);
		return last ? (marksOf(last).at(-1)?.time ?? null) : null;
	}

	async at(org: string, id: string, offset: number): Promise<Chunk | null> {
		const chunk = this.#at.get(org, id, offset);
		return chunk && offset < chunk.offset + chunk.data.length ? chunk : null;
	}

	/** Found by halving the log: an index by lines would cost every flush a page. */
	async beforeLine(org: string, id: string, line: number, size: number): Promise<Chunk | null> {
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

	async join(org: string, id: string, offset: number): Promise<number | null> {
		return this.#joinGroup.immediate(org, id, offset);
	}

	#join(org: string, id: string, offset: number): number | null {
		const plan = planJoin(offset, this.#group.all(org, id, offset));
		if (!plan?.isWorthIt) return plan?.end ?? null;
		const { times, data } = joined(this.#parts.all(org, id, offset, plan.end));
		this.#remove.run(org, id, offset, plan.end);
		this.#replace.run(times, data, org, id, offset);
		return plan.end;
	}
}
