import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import type { Clock } from '../lib/server/clock.ts';
import type { Bus } from '../lib/server/bus/bus.ts';
import type { Disk } from '../lib/server/health/disk.ts';
import type { Watch } from '../lib/server/health/watch.ts';
import { Admission } from '../lib/server/ingest/admission.ts';
import { logOverview } from '../lib/server/logs/overview.ts';
import * as rows from '../lib/server/logs/rows.ts';
import { Sealer } from '../lib/server/logs/sealer.ts';
import { logSource, orgOf } from '../lib/server/logs/source.ts';
import { logStore } from '../lib/server/logs/store.ts';
import { usageOf } from '../lib/server/logs/usage.ts';
import { LogWriter } from '../lib/server/logs/writer.ts';
import type { Metrics } from '../lib/server/metrics.ts';
import type { Sql } from '../lib/server/postgres/connect.ts';
import { ofIngest } from '../lib/server/self-logs.ts';
import * as partitions from '../lib/server/postgres/partitions.ts';
import type { Job, Results } from '../lib/server/search/job.ts';
import { LiveFilters } from '../lib/server/search/live.ts';
import { LogSearch } from '../lib/server/search/search.ts';
import { Threads } from '../lib/server/threads/threads.ts';
import { Tails } from '../lib/server/tail/tails.ts';
import { TextReading } from '../lib/server/organizations/text-reading.ts';
import { openDecoder } from './decoder.ts';
import type { Programs } from './programs.ts';
import { openTaking } from './taking.ts';

/** What logs need of the server around them. */
interface Surroundings {
	log: Logger;
	clock: Clock;
	wakes: Bus;
	measured: Metrics;
	failed(error: unknown): void;
	disk: Disk;
	watch: Watch;
	/** Whether the tables are distributed by Citus. */
	onCitus: boolean;
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

/** MiB. A job takes at most some ten times the text that it looks through. */
const heapMb = 1024;

/**
 * Threads that search, with a connection each; on Citus with one to each worker, too. One core is left to the threads of everything else, and one thread is kept for jobs
 * that are short, so that nobody's list of lines waits for another one's long search.
 */
function openSearchers(program: URL, data: { url: string; prepare: boolean; onCitus: boolean }, log: Logger) {
	const mostHeavy = Math.max(1, availableParallelism() - 1);
	return new Threads<Job, Results[Job['kind']]>({
		program,
		most: mostHeavy + 1,
		mostHeavy,
		data: { ...data, level: log.level },
		heapMb,
		log
	});
}

/** The logs of every organization, from the append to what readers receive. Each pool serves one kind of work. */
export function openLogs(
	sql: { pages: Sql; reads: Sql; writes: Sql },
	{ log, clock, wakes, measured, failed, disk, watch, onCitus }: Surroundings,
	{ programs, url, prepare }: Threaded
) {
	const damaged = (error: unknown) =>
		log.error({ err: error }, 'a chunk of lines cannot be read: its lines are left out');
	const logs = logStore(sql.reads, damaged);
	const pages = logStore(sql.pages, damaged);
	const searchers = openSearchers(programs.searcher, { url, prepare, onCitus }, log);
	const sourceOf = (topic: string) => logSource(logs, orgOf(topic), measured.read);
	const sealer = new Sealer({ program: programs.sealer, url, prepare, log, merged: measured.sealed });
	const aside = log.child(ofIngest); // storing what it says could cause the next line
	const decoder = openDecoder(programs.decoder, { log: aside, reading: new TextReading(sql.pages, aside) });
	const writer = new LogWriter({
		sql: sql.writes,
		store: logs,
		log: aside,
		isAlone: onCitus,
		hasRoom: () => disk.hasRoomForLines,
		full: () => disk.refused(),
		now: () => clock.now(),
		committed: measured.committed
	});
	const parts = {
		logs,
		writer,
		decoder,
		/** How bodies of every protocol come in. */
		taking: openTaking({ writer, decoder, watch, clock }),
		admission: new Admission(),
		tails: new Tails(wakes, sourceOf, { sent: measured.sent, failed }),
		search: new LogSearch({ sql: sql.pages, store: pages, threads: searchers, log }),
		liveFilters: new LiveFilters(searchers),
		overview: logOverview(sql.pages, pages),
		usageOf: (orgs: readonly string[]) => usageOf(sql.pages, orgs),
		sealer
	};

	/** Once everything that was taken is written. */
	async function close(): Promise<void> {
		await Promise.all([writer.idle(), sealer.close(), searchers.close(), decoder.close()]);
	}

	return { parts, close };
}
