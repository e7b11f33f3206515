/**
 * One live stream, kept open: server-sent events over `fetch`, because `EventSource` reports neither why a request was refused
 * nor that a connection has fallen silent, and cannot begin at a cursor by header.
 */
import type { Outage } from '../log/outage.ts';
import * as attempt from './attempt.ts';
import * as network from './network.ts';
import { Silence } from './Silence.ts';
import * as sse from '../log/sse.ts';

export type Status =
	| { state: 'connecting' }
	/** `everyMs` if the connection is not kept open but polled. */
	| { state: 'live'; everyMs?: number }
	/** The server is up but cannot provide what is asked for; it continues by itself. */
	| { state: 'waiting'; outage: Outage }
	| { state: 'reconnecting'; reason: string }
	| { state: 'offline'; reason: string; retryAt: number }
	/** `reason` in the words of API.md, if the server gave one; `detail` for people. */
	| { state: 'ended'; reason: string; detail?: string };

/** Whether it ended because its reader may no longer see it, and not because it is complete. */
export function isLost(status: Status): status is Status & { state: 'ended' } {
	return status.state === 'ended' && ['signed out', 'access removed'].includes(status.reason);
}

/** The server's clock as an answer shows it: `date` was taken between the other two, all in epoch milliseconds. */
export interface ClockReading {
	date: number;
	sentAt: number;
	answeredAt: number;
}

export interface Options {
	url: string;
	/** The event id to continue after; sent as `Last-Event-ID` from the first request on. */
	cursor: string;
	/** All events of one network chunk, never empty. The cursor is already past them. */
	onEvents(events: readonly sse.SseEvent[]): void;
	onStatus(status: Status): void;
	/** Whether the connection may be kept open; true unless this returns false; see `Stream.keep`. */
	isKept?: boolean;
	onClock?(reading: ClockReading): void;
	/** Without a byte for this long the connection counts as dead: heartbeats come every 15 s. */
	silenceMs?: number;
	/** The first wait before a reconnect, unless the server says `retry:`. */
	retryMs?: number;
}

export interface Stream {
	/** The id of the last event received. */
	readonly cursor: string;
	/** Whether it may keep its connection open, or must poll every two seconds. Nothing is missed either way. */
	keep(isKept: boolean): void;
	/** Ends the wait until the next attempt. */
	retry(): void;
	close(): void;
}

/** Opens a stream and keeps it open until it is closed or the server ends it for good. */
export function open(options: Options): Stream {
	const connection = new FetchedStream(options);
	connection.run().catch((error: unknown) => {
		connection.close();
		options.onStatus({ state: 'ended', reason: 'this page failed, reload it' });
		queueMicrotask(() => {
			throw error;
		});
	});
	return connection;
}

/** An attempt that lasted this long was a success: the next failure counts as the first. */
const provenMs = 5_000;
const longestWaitMs = 15_000;

class FetchedStream implements Stream {
	cursor: string;
	readonly #options: Options;
	readonly #silence: Silence;
	#closed = false;
	#isKept: boolean;
	/** Whether it waits between polls, without any fault. */
	#isResting = false;
	#failures = 0;
	#retry: number | null = null;
	#abort: AbortController | null = null;
	#wake: (() => void) | null = null;

	constructor(options: Options) {
		this.#options = options;
		this.#silence = new Silence(options.silenceMs ?? 40_000);
		this.cursor = options.cursor;
		this.#isKept = options.isKept ?? true;
	}

	keep(isKept: boolean): void {
		if (this.#isKept === isKept) return;
		this.#isKept = isKept;
		this.#abort?.abort(attempt.turned);
		if (this.#isResting) this.#wake?.();
	}

	retry(): void {
		this.#wake?.();
	}

	close(): void {
		this.#closed = true;
		this.#abort?.abort();
		this.#wake?.();
	}

	async run(): Promise<void> {
		this.#options.onStatus({ state: 'connecting' });
		const stopWatching = network.watch(() => this.#networkChanged());
		while (!this.#closed) {
			const startedAt = Date.now();
			const outcome = await this.#attempt();
			if (this.#closed) break;
			if (outcome.final) {
				const { reason, detail } = outcome;
				this.#options.onStatus({ state: 'ended', reason, ...(detail !== undefined && { detail }) });
				break;
			}
			if (outcome.next !== undefined) {
				await this.#rest(this.#isKept ? 0 : outcome.next);
				continue;
			}
			this.#failures = Date.now() - startedAt > provenMs ? 1 : this.#failures + 1;
			await this.#pause(outcome);
		}
		stopWatching();
	}

	async #attempt(): Promise<attempt.Outcome> {
		const abort = new AbortController();
		this.#abort = abort;
		const stopListening = this.#silence.watch(() => abort.abort('no sign of life from the server'));
		try {
			const sentAt = Date.now();
			const response = await fetch(this.#isKept ? this.#options.url : once(this.#options.url), {
				headers: { Accept: 'text/event-stream', 'Last-Event-ID': this.cursor },
				cache: 'no-store',
				signal: abort.signal
			});
			if (!response.ok || !response.body) return await attempt.refused(response);
			this.#opened(response, sentAt);
			return await this.#read(response.body);
		} catch (error) {
			return attempt.broken(error, abort.signal);
		} finally {
			stopListening();
			abort.abort();
		}
	}

	#opened(response: Response, sentAt: number): void {
		this.#retry = null;
		const date = Date.parse(response.headers.get('Date') ?? '');
		if (!Number.isNaN(date)) this.#options.onClock?.({ date, sentAt, answeredAt: Date.now() });
		this.#tell(null);
	}

	async #read(body: ReadableStream<Uint8Array>): Promise<attempt.Outcome> {
		const decoder = sse.createDecoder();
		const text = new TextDecoder();
		const reader = body.getReader();
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return { reason: 'the server closed the connection' };
			this.#silence.heard();
			const events = decoder.push(text.decode(value, { stream: true }));
			this.#retry = decoder.retry;
			const end = this.#deliver(events);
			if (end) return end;
		}
	}

	#deliver(events: sse.SseEvent[]): attempt.Outcome | null {
		for (const { id } of events) if (id !== null) this.cursor = id;
		const end = events.find((event) => event.type === 'end');
		const news = events.findLast((event) => event.type === 'status');
		const rest = events.filter(({ type }) => type !== 'end' && type !== 'status');
		if (news && !this.#closed) this.#tell(attempt.outageOf(news));
		if (rest.length > 0 && !this.#closed) this.#options.onEvents(rest);
		return end ? attempt.ended(end) : null;
	}

	async #rest(ms: number): Promise<void> {
		this.#failures = 0;
		this.#isResting = true;
		if (ms > 0) await this.#wait(ms);
		this.#isResting = false;
	}

	#tell(outage: Outage | null): void {
		if (outage) this.#options.onStatus({ state: 'waiting', outage });
		else this.#options.onStatus({ state: 'live', ...(!this.#isKept && { everyMs: attempt.pollMs }) });
	}

	/** Exponential, with jitter on top, so that not everyone hits a restarted server at once. */
	#pause(outcome: attempt.Outcome): Promise<void> {
		const base = this.#retry ?? this.#options.retryMs ?? 500;
		const grown = Math.min(Math.max(base, longestWaitMs), base * 2 ** (this.#failures - 1));
		const wait = Math.max(outcome.wait ?? 0, grown * (1 + Math.random() / 2));
		const soon = this.#failures === 1 && !outcome.refused && !network.isOffline();
		const { reason, outage } = outcome;
		if (outage) this.#tell(outage);
		else
			this.#options.onStatus(
				soon ? { state: 'reconnecting', reason } : { state: 'offline', reason, retryAt: Date.now() + wait }
			);
		return this.#wait(wait);
	}

	/** Going offline is a reason to try again, too: a server on this machine is reachable without any network. */
	#networkChanged(): void {
		this.#abort?.abort('the network changed');
		this.#wake?.();
	}

	#wait(ms: number): Promise<void> {
		return new Promise((resolve) => {
			const timer = setTimeout(resolve, ms);
			this.#wake = () => {
				clearTimeout(timer);
				resolve();
			};
		});
	}
}

/** The URL at which a stream ends as soon as everything available has been sent. */
function once(url: string): string {
	return `${url}${url.includes('?') ? '&' : '?'}follow=false`;
}
