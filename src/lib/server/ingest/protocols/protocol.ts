import type { Refused } from '../../http/problem.ts';
import type { Format } from './format.ts';

export type { Refused };

/** A request as the answer of a protocol needs to know it. */
export interface Asked {
	method: string;
	headers: Headers;
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
	/** What tells a repeat of this request, besides the header Idempotency-Key; null if nothing does. */
	repeatKey?(asked: Asked): string | null;
	/** The answer once everything that was accepted is stored. `told` is what the decoder says. */
	answer(result: Result, asked: Asked, told: unknown): Response;
	/** The answer when nothing was stored. */
	refuse(refused: Refused, asked: Asked): Response;
}
