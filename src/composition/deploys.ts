import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { bus, type Bus } from '../lib/server/bus/bus.ts';
import type { Config } from '../lib/server/config.ts';
import { announcementKind, courierOf, type AppendOnce } from '../lib/server/deploys/announcement.ts';
import { changesTopicOf, DeployChanges } from '../lib/server/deploys/changes.ts';
import type { Address } from '../lib/server/deploys/deploy.ts';
import { Deploys } from '../lib/server/deploys/deploys.ts';
import { postgresStore } from '../lib/server/deploys/postgres/store.ts';
import { addressOf, topicOf } from '../lib/server/deploys/source.ts';
import { sqliteStore } from '../lib/server/deploys/sqlite/store.ts';
import type { DeployStore } from '../lib/server/deploys/store.ts';
import type { LogWriter } from '../lib/server/logs/writer.ts';
import type { Metrics } from '../lib/server/metrics.ts';
import { Undeliverable } from '../lib/server/outbox/delivery.ts';
import { watchOf } from '../lib/server/outbox/watch.ts';
import type { Sql } from '../lib/server/postgres/connect.ts';
import * as sqliteDatabase from '../lib/server/sqlite/connect.ts';
import { Tails } from '../lib/server/tail/tails.ts';

export type Deployed = ReturnType<typeof openDeploys>;

/** How often a server looks for silent deploys of others while none runs, in ms. */
const lookEveryMs = 15_000;

interface Parts {
	sql: Sql;
	/** The bus of all servers. */
	wakes: Bus;
	log: Logger;
	measured: Metrics;
}

/** Opens the store of deploys, and puts what is built on it together. */
export function openDeploys(config: Config, parts: Parts, writer: LogWriter) {
	const { log, measured } = parts;
	const failed = (error: unknown) => log.error({ err: error }, 'a deploy could not be kept');
	const kept = config.deployStore === 'postgres' ? inPostgres(config, parts) : inSqlite(config);
	const { store, wakes, changed, flushed, idleMs } = kept;
	const announcing = courierOf(
		store.announcements,
		appendOnce(writer),
		watchOf(announcementKind, log, measured)
	);
	const deploys = new Deploys({
		store,
		flushMs: config.deployFlushMs,
		leaseMs: config.deployLeaseS * 1000,
		idleMs,
		stdout: config.deployLogStdout ? process.stdout : null,
		onflushed: flushed,
		onchanged(address) {
			changed(address);
			announcing.lookIn(0);
		},
		onfailed: failed
	});
	const deployChanges = new DeployChanges(deploys, wakes, failed);

	deploys.start();
	const sourceOf = (topic: string) => {
		const { org, id } = addressOf(topic);
		return deploys.source(org, id);
	};
	const deployTails = new Tails(wakes, sourceOf, { sent() {}, failed });
	async function close(): Promise<void> {
		deployTails.close();
		await deploys.close();
		await announcing.close();
		await kept.close();
	}
	return {
		parts: { deploys, deployChanges, deployTails },
		wakes,
		isShared: kept.isShared,
		announcements: store.announcements,
		announcing,
		close
	};
}

/** A store, and how its changes reach readers. */
interface Kept {
	store: DeployStore;
	wakes: Bus;
	/** These logs grew. */
	flushed(addresses: Address[]): void;
	/** This deploy changed. */
	changed(address: Address): void;
	idleMs: number | null;
	/** Whether other servers see the same deploys. */
	isShared: boolean;
	close(): Promise<void>;
}

/** In PostgreSQL any server moves any deploy: what is committed wakes the readers of all. */
function inPostgres({ dataDir, deployLeaseS }: Config, { sql, wakes, log }: Parts): Kept {
	const file = join(dataDir, 'deploys.db');
	if (existsSync(file))
		log.warn(
			{ file },
			'deploys are kept in PostgreSQL, so those in this file are not shown: move-deploys moves them'
		);
	const store = postgresStore(sql);
	return {
		store,
		wakes,
		flushed() {},
		changed() {},
		idleMs: Math.min(lookEveryMs, deployLeaseS * 1000),
		isShared: true,
		close: async () => {}
	};
}

/** Only this process moves deploys in SQLite, so their wake-ups need no bridge. */
function inSqlite(config: Config): Kept {
	const sqlite = sqliteDatabase.open(config.dataDir, 'drizzle/sqlite');
	const wakes = bus();
	const wakeReaders = (address: Address) => wakes.wake(topicOf(address));
	return {
		store: sqliteStore(sqlite),
		wakes,
		flushed: (addresses) => addresses.forEach(wakeReaders),
		changed(address) {
			wakes.wake(changesTopicOf(address.org));
			wakeReaders(address);
		},
		idleMs: null,
		isShared: false,
		close: async () => void sqlite.close()
	};
}

/** Stops retrying if a line was refused for good, or its organization is gone: no further try would help. */
function appendOnce(writer: LogWriter): AppendOnce {
	return async (org, entry, idempotencyKey) => {
		const report = { accepted: 1, rejected: 0 };
		const { kind } = await writer.append({ org, entries: [entry], report, bytes: 1_000, idempotencyKey });
		if (kind === 'refused') throw new Undeliverable('the database refuses the line');
		if (kind !== 'stored' && kind !== 'gone') throw new Error(`the logs cannot be written: ${kind}`);
	};
}
