import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from './embedded-cluster.ts';
import { ifAbsent } from './embedded-error.ts';
import * as settings from './embedded-settings.ts';
import { runAs } from './embedded-user.ts';

/** The main process of a PostgreSQL server: our child, or one left running. */
export interface Postmaster {
	/** undefined if it could not even be spawned. */
	readonly pid: number | undefined;
	isGone(): boolean;
	/** Resolves once it is gone, with how it ended. */
	whenGone(): Promise<string>;
}

// Ready 40 ms after its launch on a small machine.
const readyPollMs = 10;
const stopPollMs = 10;
const leftPollMs = 1000;
const fastStopMs = 8000;
const immediateStopMs = 1500;
const logBytes = 10 * 1024 * 1024;

/**
 * Launches a server on the cluster, from the folder with the programs, and returns at once; `becomesReady` tells how it went.
 * Only for the owner of the data folder, and when `find` finds none.
 */
export function launch(cluster: Cluster, programs: string): Postmaster {
	// PostgreSQL would not start while the number in an old pid file is in use: by an unreaped zombie, or by another process,
	// both likely in a container. Survivors of the old server still stop it: it looks at their memory.
	rmSync(pidFile(cluster.folder), { force: true });
	const log = openLog(logFile(cluster));
	const child = spawn(join(programs, 'postgres'), ['-D', cluster.folder, ...settings.flags(cluster.port)], {
		...runAs(cluster.user),
		// A session of its own, so that Ctrl-C does not reach it before we have finished with it; and a file instead of pipes,
		// so that it lives on undisturbed if we are killed.
		detached: true,
		stdio: ['ignore', log, log]
	});
	closeSync(log);
	const gone = new Promise<string>((resolve) => {
		child.once('error', (error) => resolve(error.message));
		child.once('exit', (status, signal) => resolve(signal ?? `exit status ${status}`));
	});
	const isGone = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
	return { pid: child.pid, isGone, whenGone: () => gone };
}

/** The server running on a cluster folder, whoever launched it, or null. */
export async function find(folder: string): Promise<Postmaster | null> {
	const { pid } = await readPidFile(folder);
	if (!isPostmaster(pid, folder)) return null;
	const isGone = () => !isPostmaster(pid, folder);
	const whenGone = () => poll(isGone, leftPollMs).then(() => 'unknown: it was not our child');
	return { pid, isGone, whenGone };
}

/** Waits, as long as crash recovery may take, until the server takes connections; false if it ends instead. */
export async function becomesReady(postmaster: Postmaster, folder: string): Promise<boolean> {
	while (!postmaster.isGone()) {
		const { pid, status } = await readPidFile(folder);
		if (pid === postmaster.pid && status === 'ready') return true;
		await delay(readyPollMs);
	}
	return false;
}

/** Whether the server ends by itself `withinMs`; resolves as soon as it has. */
export async function ends(postmaster: Postmaster, withinMs: number): Promise<boolean> {
	return poll(postmaster.isGone, stopPollMs, withinMs);
}

/**
 * Stops the server: clients are cut, and everything is written out. After 8 s it is aborted, and recovers at the next start
 * with nothing lost. Resolves within 10 s; false if the server runs even then.
 */
export async function stop(postmaster: Postmaster): Promise<boolean> {
	return (await end(postmaster, 'SIGINT', fastStopMs)) || (await end(postmaster, 'SIGQUIT', immediateStopMs));
}

/** PostgreSQL's log file; emptied at a launch once it has 10 MiB. */
export function logFile(cluster: Cluster): string {
	return `${cluster.folder}.log`;
}

/** The last lines of the log file. */
export async function lastWords(cluster: Cluster): Promise<string> {
	const text = await readFile(logFile(cluster), 'utf8');
	return text.trimEnd().split('\n').slice(-8).join('\n');
}

async function end(postmaster: Postmaster, signal: NodeJS.Signals, withinMs: number): Promise<boolean> {
	if (postmaster.isGone() || postmaster.pid === undefined) return true;
	try {
		process.kill(postmaster.pid, signal);
	} catch (error) {
		if (isGoneError(error)) return true;
		throw error;
	}
	return poll(postmaster.isGone, stopPollMs, withinMs);
}

async function poll(condition: () => boolean, everyMs: number, withinMs = Infinity): Promise<boolean> {
	const deadline = performance.now() + withinMs;
	while (!condition()) {
		if (performance.now() > deadline) return false;
		// A server that is only watched keeps no process alive; one being stopped does.
		await delay(everyMs, undefined, { ref: withinMs < Infinity });
	}
	return true;
}

/** Process numbers are reused, so on Linux the process must also have been launched on this very folder. */
function isPostmaster(pid: number, folder: string): boolean {
	if (!(pid > 0)) return false;
	try {
		if (process.platform !== 'linux') return process.kill(pid, 0);
		// Not /proc/…/cwd: in a container without CAP_SYS_PTRACE even root may not read another user's.
		return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(folder);
	} catch (error) {
		if (isGoneError(error)) return false;
		throw error;
	}
}

function isGoneError(error: unknown): boolean {
	return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH');
}

/** The lines of postmaster.pid that matter here; `pid` is NaN if missing. Source: PostgreSQL, utils/pidfile.h. */
async function readPidFile(folder: string): Promise<{ pid: number; status: string | undefined }> {
	const text = await readFile(pidFile(folder), 'utf8').catch(ifAbsent);
	const lines = (text ?? '').split('\n');
	return { pid: Number.parseInt(lines[0] ?? '', 10), status: lines[7]?.trim() };
}

function pidFile(folder: string): string {
	return join(folder, 'postmaster.pid');
}

function openLog(path: string): number {
	const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
	return openSync(path, size > logBytes ? 'w' : 'a', 0o600);
}
