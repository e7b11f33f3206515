import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuid } from 'uuid';
import { DeployBuffer } from '../../../src/lib/server/deploys/buffer.ts';
import type { Address, NewDeploy } from '../../../src/lib/server/deploys/deploy.ts';
import { postgresStore } from '../../../src/lib/server/deploys/postgres/store.ts';
import { range } from '../../../src/lib/server/deploys/range.ts';
import { sqliteStore } from '../../../src/lib/server/deploys/sqlite/store.ts';
import type { Creation, DeployStore } from '../../../src/lib/server/deploys/store.ts';
import { open } from '../../../src/lib/server/sqlite/connect.ts';
import { testDatabase } from '../server/database.ts';
import { migrations, web } from './deploy-scene.ts';

export const kinds = ['sqlite', 'postgres'] as const;

/** A store of one kind, for the tests that every store must pass. */
export class StoreScene {
	readonly store: DeployStore;
	readonly org = uuid();
	readonly other = uuid();
	readonly end: () => Promise<void>;

	private constructor(store: DeployStore, end: () => Promise<void>) {
		this.store = store;
		this.end = end;
	}

	static async open(kind: (typeof kinds)[number]): Promise<StoreScene> {
		if (kind === 'postgres') {
			const { sql, drop } = await testDatabase();
			return new StoreScene(postgresStore(sql), drop);
		}
		const folder = mkdtempSync(join(tmpdir(), 'tailrace-deploys-'));
		const sqlite = open(folder, migrations);
		return new StoreScene(sqliteStore(sqlite), async () => {
			sqlite.close();
			rmSync(folder, { recursive: true });
		});
	}

	/** Creates a deploy and returns its id. */
	async deploy(deploy: Partial<NewDeploy> = {}, how: Creation = {}): Promise<string> {
		return (await this.store.records.create(this.org, { ...web, ...deploy }, how)).id;
	}

	/** Appends at the end, as one flush at the time `now` (epoch ms). */
	async append(id: string, data: Uint8Array | string, now?: number): Promise<void> {
		const offset = (await this.store.records.positionOf(this.org, id))?.size ?? 0;
		const added = await this.store.records.append([this.addition(id, offset, data)], now);
		if (added[0]?.kind !== 'stored') throw new Error(JSON.stringify(added));
	}

	addition(id: string, offset: number, data: Uint8Array | string) {
		return { org: this.org, id, offset, data: Buffer.from(data), cutAt: null };
	}

	/** The whole log as stored. */
	async raw(id: string): Promise<Buffer> {
		return Buffer.concat(
			await Array.fromAsync(range(this.store.chunks, this.org, id, { from: 0, to: Infinity }))
		);
	}

	async merge(id: string): Promise<void> {
		for (let offset: number | null = 0; offset !== null;)
			offset = await this.store.chunks.join(this.org, id, offset);
	}

	/** A server's buffer, with the deploys whose readers it woke. */
	buffer(flushMs = 1) {
		const flushed: Address[][] = [];
		const onflushed = (addresses: Address[]) => void flushed.push(addresses);
		const { records } = this.store;
		return { buffer: new DeployBuffer({ records, flushMs, onflushed, onrevived() {} }), flushed };
	}
}
