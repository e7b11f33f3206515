import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { youngMb } from '../threads/threads.ts';
import type { Waiting } from './sealing.ts';

/** What the thread is told. */
export type Order = 'run' | 'stop';

/** What the thread says. */
export type Answer =
	| { kind: 'merged'; chunks: number; lines: number }
	| { kind: 'damaged'; message: string }
	| { kind: 'done'; waiting: Waiting }
	/** `known` is what the error loses on the way. */
	| { kind: 'failed'; error: unknown; known: Record<string, unknown> };

export interface SealerOptions {
	/** The thread's program: src/threads/sealer.ts, or what the build made of it. */
	program: URL;
	/** The database, and whether it keeps prepared statements. */
	url: string;
	prepare: boolean;
	log: Logger;
	/** Called after each merge: how many chunks became one, and their lines. */
	merged(chunks: number, lines: number): void;
}

/** How long a stop waits for the step under way, in ms: it is undone otherwise. */
const patience = 5_000;

/** Runs Sealing in a thread of its own, which is started when it is first needed, and again after it died. */
export class Sealer {
	readonly #options: SealerOptions;
	#thread: Worker | null = null;
	#isClosed = false;
	/** What waits to be merged, as of the last run. */
	waiting: Waiting = { chunks: 0, lines: 0, seconds: 0 };

	constructor(options: SealerOptions) {
		this.#options = options;
	}

	/** Merges all there is to merge now. Rejects with what failed; the next run tries again. */
	async run(): Promise<void> {
		if (this.#isClosed) return;
		const thread = (this.#thread ??= this.#start());
		const ended = new AbortController();
		try {
			await Promise.race([this.#answerOf(thread, ended.signal), endOf(thread, ended.signal)]);
		} finally {
			ended.abort();
		}
	}

	/** Ends the thread after the step under way. */
	async close(): Promise<void> {
		this.#isClosed = true;
		const thread = this.#thread;
		if (!thread) return;
		const exit = once(thread, 'exit');
		thread.postMessage('stop' satisfies Order);
		const late = setTimeout(() => void thread.terminate(), patience);
		await exit;
		clearTimeout(late);
	}

	#start(): Worker {
		const { program, url, prepare, log } = this.#options;
		const thread = new Worker(program, {
			workerData: { url, prepare },
			resourceLimits: { maxYoungGenerationSizeMb: youngMb }
		});
		thread.unref();
		const forget = () => (this.#thread = this.#thread === thread ? null : this.#thread);
		thread.once('exit', forget).on('error', (error) => {
			forget();
			log.error({ err: error }, 'the thread that seals log lines has failed');
		});
		return thread;
	}

	/** Resolves when the run has ended. */
	#answerOf(thread: Worker, signal: AbortSignal): Promise<void> {
		return new Promise((resolve, reject) => {
			const hear = (answer: Answer) => {
				if (answer.kind === 'merged') this.#options.merged(answer.chunks, answer.lines);
				else if (answer.kind === 'damaged') this.#options.log.error({ chunk: answer.message }, damaged);
				else if (answer.kind === 'failed') reject(Object.assign(answer.error as Error, answer.known));
				else {
					this.waiting = answer.waiting;
					resolve();
				}
			};
			thread.on('message', hear);
			signal.addEventListener('abort', () => thread.off('message', hear), { once: true });
			thread.postMessage('run' satisfies Order);
		});
	}
}

const damaged = 'a chunk of log lines cannot be read: it is left out';

/** Rejects when the thread ends, with its error if it has one. */
async function endOf(thread: Worker, signal: AbortSignal): Promise<never> {
	await once(thread, 'exit', { signal });
	throw new Error('the thread that seals log lines has ended');
}
