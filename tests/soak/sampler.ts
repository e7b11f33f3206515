import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { call } from './calls.ts';
import type { Fleet, Generation } from './fleet.ts';

/** One server at one time. */
export interface ServerSample {
	server: number;
	generation: number;
	rss: number; // bytes
	/** Open files and sockets, besides those of its streams. */
	files: number;
	streams: number;
	/** What else it says of itself, to explain the rest. */
	told: Record<string, number>;
}

const toldOf = [
	'nodejs_heap_size_used_bytes',
	'nodejs_heap_size_total_bytes',
	'nodejs_external_memory_bytes',
	'tailrace_fresh_chunks',
	'tailrace_missed_wake_ups_total'
];

/** Everything at one time; bytes, and ms since the epoch. */
export interface Sample {
	at: number;
	servers: ServerSample[];
	/** PostgreSQL's own memory, all processes together, without what they share. */
	postgres: number | null;
	/** What its processes share: rises to shared_buffers. */
	shared: number | null;
	/** Clients of PostgreSQL by application_name; null while it is away. */
	connections: Record<string, number> | null;
	/** What else is known at that time. */
	more: Record<string, number>;
}

/** Takes a sample every so often until it is stopped. */
export class Sampler {
	readonly samples: Sample[] = [];
	readonly #fleet: Fleet;
	readonly #everyMs: number;
	readonly #more: () => Record<string, number>;
	readonly #stopping = new AbortController();
	#done: Promise<void> = Promise.resolve();

	constructor(fleet: Fleet, everyMs: number, more: () => Record<string, number>) {
		this.#fleet = fleet;
		this.#everyMs = everyMs;
		this.#more = more;
	}

	start(): void {
		this.#done = this.#run();
	}

	async stop(): Promise<void> {
		this.#stopping.abort();
		await this.#done;
	}

	async #run(): Promise<void> {
		const { signal } = this.#stopping;
		while (!signal.aborted) {
			this.samples.push(await this.#take());
			await sleep(this.#everyMs, undefined, { signal }).catch(() => {});
		}
	}

	async #take(): Promise<Sample> {
		const servers = await Promise.all(this.#fleet.alive.map((one) => this.#server(one)));
		const memory = await memoryOf(await this.#fleet.postgres.pid().catch(() => 0));
		return {
			at: Date.now(),
			servers: servers.filter((sample) => sample !== null),
			postgres: memory?.own ?? null,
			shared: memory?.shared ?? null,
			connections: await this.#connections(),
			more: this.#more()
		};
	}

	/** Null while it ends. */
	async #server({ server, generation, pid }: Generation): Promise<ServerSample | null> {
		const origin = this.#fleet.origins[server - 1];
		try {
			const { body } = await call(`${origin}/metrics`, {});
			const streams = metricOf(String(body), 'tailrace_streams');
			const told = Object.fromEntries(toldOf.map((name) => [name, metricOf(String(body), name)]));
			const status = await readFile(`/proc/${pid}/status`, 'utf8');
			const files = (await readdir(`/proc/${pid}/fd`)).length;
			if (Number.isNaN(streams)) return null;
			const rss = kilobytes(status, 'VmRSS');
			return { server, generation, rss, files: files - streams, streams, told };
		} catch {
			return null; // it was ended meanwhile
		}
	}

	async #connections(): Promise<Record<string, number> | null> {
		try {
			const rows = await this.#fleet.sql<{ name: string; count: number }[]>`
				SELECT application_name AS name, count(*) FROM pg_stat_activity
				WHERE backend_type = 'client backend' AND application_name <> 'soak' GROUP BY 1 ORDER BY 1`;
			return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
		} catch {
			return null; // it restarts
		}
	}
}

/** The memory of a process and its children; null if it is not there, or another user's. */
async function memoryOf(pid: number): Promise<{ own: number; shared: number } | null> {
	if (!(pid > 0)) return null;
	const found = await promisify(execFile)('pgrep', ['-P', String(pid)]).catch(() => ({ stdout: '' }));
	const pids = [pid, ...found.stdout.split('\n').filter(Boolean)];
	const all = await Promise.all(
		pids.map((pid) => readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => ''))
	);
	if (all[0] === '') return null;
	const sum = (name: string) => all.reduce((sum, text) => sum + kilobytes(text, name), 0);
	return { own: sum('Pss_Anon'), shared: sum('Pss_Shmem') };
}

function metricOf(text: string, name: string): number {
	return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? NaN);
}

/** In bytes; 0 if the line is not there. */
function kilobytes(text: string, name: string): number {
	return 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
}
