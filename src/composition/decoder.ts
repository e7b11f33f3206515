import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import type { Format } from '../lib/server/ingest/protocols/format.ts';
import type { Refusal } from '../lib/server/ingest/protocols/decoded.ts';
import { ThreadDied, Threads } from '../lib/server/threads/threads.ts';
import { decodeHere, type Job, type Received } from './decoding.ts';

/** From this size on, in bytes, a body goes to a thread: a smaller one takes less than a millisecond (decision 0084). */
const largeBytes = 64 * 1024;
/** Two keep up with the connections of one process; more cores than these are left to PostgreSQL. */
const mostThreads = 4;
/**
 * MiB: twice what any body takes (measured: 540 for two million objects, each with a name of its own). It must be enough: where
 * JSON.parse itself runs out of heap, V8 ends the process and not the thread.
 */
const usualHeapMb = 1024;

/** Formats whose bytes may hold many times as many, compressed. */
const expanding: ReadonlySet<Format> = new Set(['firehose']);

/** A body to decode; the organization's settings are looked up. */
export type Sent = Omit<Job, 'readsText'>;

export interface DecoderOptions {
	log: Logger;
	reading: { isOn(org: string): Promise<boolean> };
	heapMb?: number;
}

export interface Decoder {
	/** The lines of a body sent by an organization, by its settings. `bytes` are given away. Never rejects for what it is given. */
	decode(org: string, job: Sent): Promise<Received | Refusal>;
	close(): Promise<void>;
}

/** Decodes bodies: small ones at once, large ones in threads of `heapMb` MiB each, in which organizations take turns. */
export function openDecoder(program: URL, { log, reading, heapMb = usualHeapMb }: DecoderOptions): Decoder {
	const most = Math.min(availableParallelism(), mostThreads);
	const threads = new Threads<Job, Received | Refusal>({ program, most, heapMb, log });

	async function decode(org: string, sent: Sent): Promise<Received | Refusal> {
		const job: Job = { ...sent, readsText: await reading.isOn(org) };
		const isLarge = job.bytes.byteLength >= largeBytes;
		if (!isLarge && !expanding.has(job.format)) return decodeHere(job);
		// A small one shares its memory with others, and is copied.
		const transfer = isLarge ? [job.bytes.buffer as ArrayBuffer] : [];
		try {
			return await threads.run(job, { turn: org, transfer });
		} catch (error) {
			if (!(error instanceof ThreadDied)) throw error;
			return { status: 413, detail: tooMuch };
		}
	}

	return { decode, close: () => threads.close() };
}

const tooMuch = 'The body takes more memory than the server gives to one. Send it in several requests.';
