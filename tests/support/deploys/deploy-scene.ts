import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DeployBuffer } from '../../../src/lib/server/deploys/buffer.ts';
import type { Address, NewDeploy } from '../../../src/lib/server/deploys/deploy.ts';
import { LineReader } from '../../../src/lib/server/deploys/lines.ts';
import { Replay } from '../../../src/lib/server/deploys/replay.ts';
import { RowReader } from '../../../src/lib/server/deploys/rows.ts';
import type { Readers } from '../../../src/lib/server/deploys/search.ts';
import { sqliteStore } from '../../../src/lib/server/deploys/sqlite/store.ts';
import { open, type Sqlite } from '../../../src/lib/server/sqlite/connect.ts';

export const migrations = fileURLToPath(new URL('../../../drizzle/sqlite', import.meta.url));

/** Without waiting for the disk: these tests kill no machine, only processes. */
function openQuick(dir: string): Sqlite {
	const sqlite = open(dir, migrations);
	sqlite.pragma('synchronous = OFF');
	return sqlite;
}

export const web: NewDeploy = { service: 'web', environment: null, version: null, commit: null, url: null };
export const org = 'org-1';

/** A deploy database in its own directory, and the stores on it. */
export class DeployScene {
	readonly dir = mkdtempSync(join(tmpdir(), 'tailrace-deploys-'));
	sqlite = openQuick(this.dir);
	store = sqliteStore(this.sqlite);
	lines = new LineReader(this.store);
	rows = this.#rows();

	get readers(): Readers {
		return { chunks: this.store.chunks, lines: this.lines, rows: this.rows };
	}

	/** Creates a deploy and returns its id. */
	async deploy(of = org): Promise<string> {
		return (await this.store.records.create(of, web)).id;
	}

	/** Appends at the end, as one flush at the time `now` (epoch ms). */
	async append(id: string, data: Uint8Array | string, now = 0): Promise<void> {
		const offset = (await this.store.records.positionOf(org, id))?.size ?? 0;
		const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
		await this.store.records.append([{ org, id, offset, data: bytes, cutAt: null }], now);
	}

	/** The whole log as stored. */
	raw(id: string): Buffer {
		const rows = this.sqlite
			.prepare<[string], Buffer>('SELECT data FROM deploy_chunks WHERE deploy_id = ? ORDER BY "offset"')
			.pluck()
			.all(id);
		return Buffer.concat(rows);
	}

	countChunks(id: string): number {
		const count = this.sqlite.prepare('SELECT count(*) FROM deploy_chunks WHERE deploy_id = ?').pluck();
		return count.get(id) as number;
	}

	/** A buffer on the store, with the deploys whose readers it woke, flush by flush, and those it revived. */
	buffer(flushMs = 1) {
		const flushed: Address[][] = [];
		const revived: Address[] = [];
		const buffer = new DeployBuffer({
			records: this.store.records,
			flushMs,
			onflushed: (addresses) => void flushed.push(addresses),
			onrevived: (addresses) => void revived.push(...addresses)
		});
		return { buffer, flushed, revived };
	}

	/** Joins the small chunks of a deploy. */
	async merge(id: string): Promise<void> {
		for (let offset: number | null = 0; offset !== null;)
			offset = await this.store.chunks.join(org, id, offset);
	}

	/** As after a crash: whatever was in memory is gone. */
	reopen(): void {
		this.sqlite.close();
		this.sqlite = openQuick(this.dir);
		this.store = sqliteStore(this.sqlite);
		this.lines = new LineReader(this.store);
		this.rows = this.#rows();
	}

	/** Reads logs as if they had ended. */
	#rows(): RowReader {
		return new RowReader(new Replay(this.store.chunks, this.lines), async (of, id) => {
			const at = await this.store.records.positionOf(of, id);
			return at && { end: at.size, lines: at.lines, ended: true };
		});
	}

	end(): void {
		this.sqlite.close();
		rmSync(this.dir, { recursive: true });
	}
}
