import type { NewEntry } from '../../../log/entry.ts';
import * as repair from '../repair.ts';

/** The body of a request, and what else of it says how to read it. */
export interface Sending {
	bytes: Buffer;
	contentType: string | null;
	/** The parameters of the path and of the query. */
	parameters: Readonly<Record<string, string>>;
	/** The headers that the protocol asks for, by their names in lower case. */
	headers: Readonly<Record<string, string>>;
	/** When it arrived, epoch milliseconds. */
	now: number;
	/** Whether text is read for a level, a time and fields: the organization's setting. */
	readsText: boolean;
}

/** What a decoder makes of any wire format. */
export interface Decoded {
	/**
	 * Each item of the request, in its order: an entry, or the reason why it is rejected. They can be read once. They may throw
	 * `Malformed`, after which none of them counts.
	 */
	items: Iterable<NewEntry | string>;
	/** What else the answer must say, complete once the items are read. It can be cloned. */
	told?: unknown;
}

/** The request as a whole is refused. */
export interface Refusal {
	status: 400 | 413 | 415;
	detail: string;
}

/** Decodes a request. Never throws for bad input. */
export type Decode = (sending: Sending) => Decoded | Refusal;

/** The request's own values for entries that lack theirs: the parameters `service`, `level` and `host`. */
export function fallbackOf({ parameters, readsText }: Sending): repair.Fallback {
	return repair.fallback(parameters, { readsText });
}

/** The media type without its parameters, in lower case; empty if there is none. */
export function mediaType(contentType: string | null): string {
	return (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
}
