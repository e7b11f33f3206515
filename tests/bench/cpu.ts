import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Counts the seconds on a core that processes and their children take from now on. A thread that begins meanwhile counts, one that has
 * ended does not.
 */
export function cpu(processes: readonly number[]): () => number {
	const before = timesOf(processes);
	return () => {
		let ns = 0;
		for (const [thread, time] of timesOf(processes)) ns += time - (before.get(thread) ?? 0);
		return ns / 1e9;
	};
}

/** The process whose children are the processes of the PostgreSQL in a data folder. */
export function postmasterOf(dataDir: string): number {
	return Number.parseInt(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8'), 10);
}

/** Nanoseconds on a core, by thread. Source: proc(5) and the kernel's sched-stats; `stat` counts in hundredths of a second. */
function timesOf(processes: readonly number[]): Map<string, number> {
	const times = new Map<string, number>();
	for (const pid of unlessGone(() => readdirSync('/proc'), [])) {
		const parent = /\) \S (\d+) /.exec(read(`/proc/${pid}/stat`))?.[1];
		if (!processes.includes(Number(pid)) && !processes.includes(Number(parent))) continue;
		for (const thread of unlessGone(() => readdirSync(`/proc/${pid}/task`), []))
			times.set(thread, Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0]));
	}
	return times;
}

const read = (path: string) => unlessGone(() => readFileSync(path, 'utf8'), '');

/** A process may end while it is looked at. */
function unlessGone<Result>(look: () => Result, otherwise: Result): Result {
	try {
		return look();
	} catch {
		return otherwise;
	}
}
