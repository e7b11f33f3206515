import { parentPort, type Transferable } from 'node:worker_threads';
import type { Answer } from './threads.ts';

/** The result of a job, and what of it moves to the asker instead of being copied. */
export interface Done<Result> {
	result: Result;
	transfer?: readonly Transferable[];
}

/** Does the jobs of a thread, in the program of Threads. */
export function serve<Job, Result>(work: (job: Job) => Promise<Done<Result>>): void {
	parentPort?.on('message', (job: Job) => void answer(work, job));
}

/**
 * What of an error is lost on its way to another thread, and tells what has failed: see postgres/connect.ts. A query that was never
 * sent has no text, and is named all the same.
 */
export function knownOf(error: unknown): Record<string, unknown> {
	const found = Object(error) as Record<string, unknown>;
	const known: Record<string, unknown> = {};
	for (const name of ['code', 'syscall', 'query'])
		if (name in found) known[name] = typeof found[name] === 'string' ? found[name] : null;
	return known;
}

async function answer<Job, Result>(work: (job: Job) => Promise<Done<Result>>, job: Job): Promise<void> {
	const say = (answer: Answer<Result>, transfer: readonly Transferable[] = []) =>
		parentPort?.postMessage(answer, transfer);
	try {
		const { result, transfer } = await work(job);
		say({ ok: true, result }, transfer);
	} catch (error) {
		say({ ok: false, error, known: knownOf(error) });
	}
}
