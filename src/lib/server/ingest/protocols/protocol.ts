import type { RequestHeaders } from '../../client.ts';
import type { Config } from '../../config.ts';
import type { Refused } from '../../http/problem.ts';
import type { Unread } from '../body.ts';
import type { Format } from './format.ts';

export type { Refused };

/** A request as the answer of a protocol needs to know it. */
export interface Asked {
	method: string;
	headers: RequestHeaders;
	/** Of the path and the query. */
	parameters: Readonly<Record<string, string>>;
}

/** What became of the lines of a request. */
export interface Result {
	accepted: number;
	rejected: number;
	/** Why the first rejected ones were. */
	errors?: { index: number; reason: string }[];
	/** The number of the first line and of the last, if any was stored. */
	first_seq?: number;
	last_seq?: number;
}

/** A way to send lines over HTTP: how a request is read, and how its client expects to be answered. */
export interface Protocol {
	format: Format;
	/** The names of the headers that its decoder reads, in lower case. */
	headers?: readonly string[];
	/** The codings of a body that its decoder undoes itself (body.ts, Reading). */
	ownCodings?: readonly string[];
	/** Whether a body, as it came, is its sender's: why not, if it is not. */
	admits?(asked: Asked, body: Uint8Array, settings: Pick<Config, 'vercelSecret'>): string | null;
	/** From the body, decompressed: what tells a repeat of this request, besides the header Idempotency-Key, in at most 128 characters; null if nothing does. */
	repeatKey?(asked: Asked, body: Buffer): string | null;
	/** The same, by what the decoder says. */
	repeatKeyOf?(told: unknown): string | null;
	/** The answer once everything that was accepted is stored. `told` is what the decoder says. */
	answer(result: Result, asked: Asked, told: unknown): Response;
	/** The answer when nothing was stored. */
	refuse(refused: Refused, asked: Asked): Response;
	/** For 429 and 503: the answer to a client that must be told of each line that it is to send again; null for a plain refusal. */
	postpone?(refused: Refused, asked: Asked, sent: Postponed): Promise<Response | null>;
}

/** A request that is refused for now: its body, or what the decoder says of it. */
export type Postponed = { unread: Unread } | { told: unknown };

/** Lines that come as a stream without an end in sight: it is taken in slices, each of which is stored before the next is read on. */
export interface Streaming {
	format: Format;
	/**
	 * Cuts the stream between lines. The same lines give the same slices from the same line on, except for the last one.
	 * @throws Malformed, after a slice of everything that came whole before.
	 */
	slices(source: AsyncIterable<Uint8Array>): AsyncIterable<Slice>;
	/** The answer once everything is stored. */
	answer(result: Result, asked: Asked): Response;
	/** The answer when the rest could not be stored. */
	refuse(refused: Refused, asked: Asked): Response;
}

/** Some lines of a stream, in the protocol's format. */
export interface Slice {
	bytes: Buffer;
	/** For each line where it begins, and what tells it from all others, if anything does. */
	lines: readonly { start: number; id: string | null }[];
}
