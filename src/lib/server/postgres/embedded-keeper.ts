import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from './embedded-cluster.ts';
import * as postmasters from './embedded-postmaster.ts';

/** As in pino. */
export interface Log {
	info(context: object, message: string): void;
	warn(context: object, message: string): void;
	error(context: object, message: string): void;
}

/** Keeps a server running until told to stop. */
export interface Keeper {
	/** Resolves within 10 s; repeating it is harmless. */
	stop(): Promise<void>;
}

const leastBackoffMs = 100;
const mostBackoffMs = 5000;

/** Relaunches the server, on the same port, whenever it is gone; failures are logged and retried forever. */
export function keep(cluster: Cluster, programs: string, running: postmasters.Postmaster, log: Log): Keeper {
	const stopping = new AbortController();
	let current = running;

	async function watch(): Promise<void> {
		let backoffMs = leastBackoffMs;
		while (!stopping.signal.aborted) {
			const how = await current.whenGone();
			if (stopping.signal.aborted) return;
			log.error({ pid: current.pid, how, retry_ms: backoffMs }, 'PostgreSQL is gone; restarting it');
			await pause(backoffMs, stopping.signal);
			if (stopping.signal.aborted) return;
			const isBack = await relaunch();
			backoffMs = isBack ? leastBackoffMs : Math.min(backoffMs * 2, mostBackoffMs);
		}
	}

	async function relaunch(): Promise<boolean> {
		try {
			current = postmasters.launch(cluster, programs);
			const isBack = await postmasters.becomesReady(current, cluster.folder);
			if (isBack) log.info({ pid: current.pid }, 'PostgreSQL is back');
			return isBack;
		} catch (error) {
			log.error({ err: error }, 'PostgreSQL could not be restarted');
			return false;
		}
	}

	async function stop(): Promise<void> {
		// Nothing is launched after this: there is no await between a launch and the check of this signal.
		stopping.abort();
		if (await postmasters.stop(current)) return;
		log.error(
			{ pid: current.pid },
			'PostgreSQL does not stop; the next start will adopt it or wait for its end'
		);
	}

	watch().catch((error: unknown) => log.error({ err: error }, 'PostgreSQL is no longer watched'));
	return { stop };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
	try {
		await delay(ms, undefined, { signal });
	} catch (error) {
		if (!signal.aborted) throw error;
	}
}
