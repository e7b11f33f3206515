import { constants, type ServerHttp2Stream } from 'node:http2';

/** Calls that are read at a time, all of them and those of one organization; more wait in their senders, which keep them. */
const most = { all: 32, ofOne: 16 };
/** How long a message may take to arrive whole, in ms: as long as a body over HTTP (http/arrival.ts). */
const arrivalMs = 60_000;

/** Counts calls under way. One organization may have half of them, so that it keeps nobody out. */
export class Calls {
	readonly #byOrganization = new Map<string, number>();
	#all = 0;

	/** Null if there are too many; otherwise what to call, once, when the call has ended. */
	enter(org: string): (() => void) | null {
		const own = this.#byOrganization.get(org) ?? 0;
		if (this.#all >= most.all || own >= most.ofOne) return null;
		this.#add(org, 1);
		return () => this.#add(org, -1);
	}

	#add(org: string, count: number): void {
		this.#all += count;
		const own = (this.#byOrganization.get(org) ?? 0) + count;
		if (own === 0) this.#byOrganization.delete(org);
		else this.#byOrganization.set(org, own);
	}
}

/**
 * Ends a call whose message does not arrive in time, which clients see as CANCELLED and send again (OTLP 1, "Failures" of gRPC), and
 * one that was answered before the message was whole: nobody wants the rest.
 */
export function limit(stream: ServerHttp2Stream, ms = arrivalMs): void {
	const late = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), ms);
	for (const event of ['end', 'close']) stream.once(event, () => clearTimeout(late));
	stream.once('finish', () => {
		if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
	});
}
