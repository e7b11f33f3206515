import { Worker, type Transferable } from 'node:worker_threads';
import type { Logger } from 'pino';
import { Turns } from './turns.ts';

/** What a thread answers to a job. */
export type Answer<Result> =
	| { ok: true; result: Result }
	/** `known` is what the error loses on the way. */
	| { ok: false; error: unknown; known: Record<string, unknown> };

/** The thread that had a job has died of it, or with it. */
export class ThreadDied extends Error {
	override name = 'ThreadDied';
}

/**
 * What V8 may set aside in a thread for what lives shortly, in MiB. Left alone it takes up to 128 on a large machine (Node 24), step
 * by step over hours, and gives nothing back (decision 0120).
 */
export const youngMb = 48;

export interface ThreadsOptions {
	/** The threads' program, which calls `serve` (serve.ts). */
	program: URL;
	/** Threads at most. Each is started when there is first something for it to do. */
	most: number;
	/** How many of them may do heavy jobs at a time: the others are kept for those who ask for little. All by default. */
	mostHeavy?: number;
	/** What the program finds as `workerData`. */
	data?: unknown;
	/** A thread whose heap grows beyond this dies, and its job with it, in MiB. */
	heapMb: number;
	log: Logger;
}

export interface JobOptions {
	/** Whose job it is: those who have jobs waiting take turns. */
	turn?: string;
	/** Takes more than some ten milliseconds. */
	isHeavy?: boolean;
	/** Leaves out a job that waits still. One that is under way goes on to its end, and its result is dropped. */
	signal?: AbortSignal | undefined;
	/** What moves to the thread instead of being copied. */
	transfer?: readonly Transferable[];
}

interface Waiting<Job, Result> {
	job: Job;
	isHeavy: boolean;
	transfer: readonly Transferable[];
	done(result: Result): void;
	failed(error: unknown): void;
}

interface Thread<Job, Result> {
	worker: Worker;
	/** What it is doing. */
	busy: Waiting<Job, Result> | null;
}

/** Does jobs in threads of their own, one at a time each. A thread that dies costs the job that it had, and is replaced. */
export class Threads<Job, Result> {
	readonly #options: ThreadsOptions;
	readonly #light = new Turns<Waiting<Job, Result>>();
	readonly #heavy = new Turns<Waiting<Job, Result>>();
	readonly #threads = new Set<Thread<Job, Result>>();
	#isClosed = false;

	constructor(options: ThreadsOptions) {
		this.#options = options;
	}

	/** Threads at most. */
	get most(): number {
		return this.#options.most;
	}

	/** The result of a job. Rejects with what the job threw, ThreadDied, or the reason of the signal. */
	run(job: Job, { turn = '', isHeavy = false, signal, transfer = [] }: JobOptions = {}): Promise<Result> {
		if (signal?.aborted) return Promise.reject(signal.reason as Error);
		if (this.#isClosed) return Promise.reject(new ThreadDied('the threads are closed'));
		const { promise, resolve: done, reject: failed } = Promise.withResolvers<Result>();
		const waiting: Waiting<Job, Result> = { job, isHeavy, transfer, done, failed };
		const queue = isHeavy ? this.#heavy : this.#light;
		queue.add(turn, waiting);
		this.#assign();
		if (!signal) return promise;
		const leave = () => {
			queue.remove(turn, waiting);
			failed(signal.reason as Error);
		};
		signal.addEventListener('abort', leave);
		// A signal may outlive thousands of jobs, and would keep their results.
		return promise.finally(() => signal.removeEventListener('abort', leave));
	}

	/** Ends all threads; what they had to do is rejected. */
	async close(): Promise<void> {
		this.#isClosed = true;
		for (const queue of [this.#light, this.#heavy]) {
			for (let waiting = queue.take(); waiting; waiting = queue.take()) {
				waiting.failed(new ThreadDied('the threads are closed'));
			}
		}
		await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()));
	}

	#assign(): void {
		for (let queue = this.#next(); queue; queue = this.#next()) {
			const thread = this.#idle();
			if (!thread) return;
			const waiting = queue.take();
			if (waiting) give(thread, waiting);
		}
	}

	/** What an idle thread takes from: heavy jobs come first where they may, so that light ones cannot keep them waiting for ever. */
	#next(): Turns<Waiting<Job, Result>> | null {
		const { most, mostHeavy = most } = this.#options;
		if (this.#heavy.size > 0) {
			const heavy = [...this.#threads].filter(({ busy }) => busy?.isHeavy).length;
			if (heavy < mostHeavy) return this.#heavy;
		}
		return this.#light.size > 0 ? this.#light : null;
	}

	#idle(): Thread<Job, Result> | null {
		for (const thread of this.#threads) if (thread.busy === null) return thread;
		return this.#threads.size < this.#options.most ? this.#start() : null;
	}

	#start(): Thread<Job, Result> {
		const { program, data, heapMb, log } = this.#options;
		const worker = new Worker(program, {
			workerData: data,
			resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: youngMb }
		});
		worker.unref();
		const thread: Thread<Job, Result> = { worker, busy: null };
		this.#threads.add(thread);
		let cause: unknown;
		worker
			.on('message', (answer: Answer<Result>) => this.#answered(thread, answer))
			.on('error', (error) => (cause = error))
			.on('exit', () => {
				this.#threads.delete(thread);
				if (!this.#isClosed) log.error({ err: cause, program: program.pathname }, 'a thread has ended');
				thread.busy?.failed(new ThreadDied('the thread with this job has ended', { cause }));
				if (!this.#isClosed) this.#assign();
			});
		return thread;
	}

	#answered(thread: Thread<Job, Result>, answer: Answer<Result>): void {
		const { busy } = thread;
		thread.busy = null;
		thread.worker.unref();
		if (answer.ok) busy?.done(answer.result);
		else busy?.failed(Object.assign(answer.error as Error, answer.known));
		this.#assign();
	}
}

/** Gives a job to a thread that is idle. */
function give<Job, Result>(thread: Thread<Job, Result>, waiting: Waiting<Job, Result>): void {
	try {
		thread.worker.postMessage(waiting.job, waiting.transfer);
	} catch (error) {
		return waiting.failed(error); // it cannot be copied, and the thread has heard nothing of it
	}
	thread.busy = waiting;
	thread.worker.ref();
}
