import type { Logger } from 'pino';
import type { Bus } from '../lib/server/bus/bus.ts';
import type { Disk } from '../lib/server/health/disk.ts';
import { logOverview } from '../lib/server/logs/overview.ts';
import * as rows from '../lib/server/logs/rows.ts';
import { Sealer } from '../lib/server/logs/sealer.ts';
import { logSearch } from '../lib/server/logs/search.ts';
import { logSource, orgOf } from '../lib/server/logs/source.ts';
import { logStore } from '../lib/server/logs/store.ts';
import { usageOf } from '../lib/server/logs/usage.ts';
import { LogWriter } from '../lib/server/logs/writer.ts';
import type { Metrics } from '../lib/server/metrics.ts';
import type { Sql } from '../lib/server/postgres/connect.ts';
import * as partitions from '../lib/server/postgres/partitions.ts';
import { Tails } from '../lib/server/tail/tails.ts';
import type { Programs } from './programs.ts';

/** What logs need of the server around them. */
interface Surroundings {
	log: Logger;
	wakes: Bus;
	measured: Metrics;
	failed(error: unknown): void;
	disk: Disk;
}

/** How the threads are started: their programs, and the database that they work on. */
interface Threaded {
	programs: Programs;
	url: string;
	prepare: boolean;
}

/** Brings the tables of lines to where appends and reads can begin. */
export async function prepareLogs(sql: Sql, log: Logger): Promise<void> {
	await partitions.prepare(sql);
	await rows.convert(sql, log);
}

/** The logs of every organization, from the append to what readers receive. Each pool serves one kind of work. */
export function openLogs(
	sql: { pages: Sql; reads: Sql; writes: Sql },
	{ log, wakes, measured, failed, disk }: Surroundings,
	{ programs, url, prepare }: Threaded
) {
	const damaged = (error: unknown) =>
		log.error({ err: error }, 'a chunk of lines cannot be read: its lines are left out');
	const logs = logStore(sql.reads, damaged);
	const pages = logStore(sql.pages, damaged);
	const sourceOf = (topic: string) => logSource(logs, orgOf(topic), measured.read);
	return {
		logs,
		writer: new LogWriter({
			sql: sql.writes,
			store: logs,
			log,
			hasRoom: () => disk.hasRoomForLines,
			full: () => disk.refused(),
			committed: measured.committed
		}),
		tails: new Tails(wakes, sourceOf, { sent: measured.sent, failed }),
		search: logSearch(pages),
		overview: logOverview(sql.pages, pages),
		usageOf: (orgs: readonly string[]) => usageOf(sql.pages, orgs),
		sealer: new Sealer({ program: programs.sealer, url, prepare, log, merged: measured.sealed })
	};
}
