import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import type { Refusal } from '../lib/server/ingest/decode.ts';
import { ThreadDied, Threads } from '../lib/server/threads/threads.ts';
import { decodeHere, type Job, type Received } from './decoding.ts';

/** From this size on, in bytes, a body goes to a thread: a smaller one takes less than a millisecond (decision 0084). */
const largeBytes = 64 * 1024;
/** Two keep up with the connections of one process; more cores than these are left to PostgreSQL. */
const mostThreads = 4;
/** MiB. A body of the largest size takes 150 at most (measured with 10 MiB of `[0,0,0,…`). */
const heapMb = 512;

export interface Decoder {
	/** The lines of a body sent by an organization. `bytes` are given away. Never rejects for what it is given. */
	decode(org: string, job: Job): Promise<Received | Refusal>;
	close(): Promise<void>;
}

/** Decodes bodies: small ones at once, large ones in threads, in which organizations take turns. */
export function openDecoder(program: URL, log: Logger): Decoder {
	const most = Math.min(availableParallelism(), mostThreads);
	const threads = new Threads<Job, Received | Refusal>({ program, most, heapMb, log });

	async function decode(org: string, job: Job): Promise<Received | Refusal> {
		if (job.bytes.byteLength < largeBytes) return decodeHere(job);
		try {
			return await threads.run(job, { turn: org, transfer: [job.bytes.buffer as ArrayBuffer] });
		} catch (error) {
			if (!(error instanceof ThreadDied)) throw error;
			return { status: 413, detail: tooMuch };
		}
	}

	return { decode, close: () => threads.close() };
}

const tooMuch = 'The body takes more memory than the server gives to one. Send it in several requests.';
