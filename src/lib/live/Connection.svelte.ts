/** A stream that is open while someone looks at its page, and its state as the page shows it. */
import { on } from 'svelte/events';
import * as clock from './clock.ts';
import { Seat } from './Seat.ts';
import type { SseEvent } from '../log/sse.ts';
import * as stream from './stream.ts';

/** A tab hidden this long closes its stream. */
const hiddenMs = 30_000;

export interface StreamSource {
	/** The URL that continues the stream after a cursor. */
	addressOf(cursor: string): string;
	/** Where it begins. */
	cursor: string;
	onEvents(events: readonly SseEvent[]): void;
	onStatus?(status: stream.Status): void;
}

export class Connection {
	status = $state.raw<stream.Status>({ state: 'connecting' });
	#bounds = clock.unknown;
	readonly #source: StreamSource;
	#cursor: string;
	#stream: stream.Stream | null = null;
	readonly #seat = new Seat({ onChange: (isSeated) => this.#stream?.keep(isSeated) });

	constructor(source: StreamSource) {
		this.#source = source;
		this.#cursor = source.cursor;
	}

	/** Milliseconds to add to our time to get the server's. */
	get correction(): number {
		return clock.correction(this.#bounds);
	}

	/** Takes another reading of the server's clock into account. */
	readClock(reading: stream.ClockReading): void {
		this.#bounds = clock.narrow(this.#bounds, reading);
	}

	/** Opens it, hidden or not; the returned function closes it. */
	start(): () => void {
		let hiding: ReturnType<typeof setTimeout> | undefined;
		const turn = (isTurnedTo: boolean) => {
			clearTimeout(hiding);
			if (document.hidden) hiding = setTimeout(leave, hiddenMs);
			if (!document.hidden && !this.#stream) this.#connect();
			if (this.#stream && this.status.state !== 'ended') this.#claim(isTurnedTo);
		};
		const leave = () => this.#disconnect();
		const stop = [
			on(document, 'visibilitychange', () => turn(true)),
			on(window, 'focus', () => turn(true)),
			// Kept for Back, or frozen: a page that runs no scripts must hold no connection, and no seat.
			on(window, 'pagehide', leave),
			on(window, 'pageshow', () => turn(false)),
			on(document, 'freeze', leave),
			on(document, 'resume', () => turn(false))
		];
		turn(true);
		if (!this.#stream) this.#connect();
		return () => {
			clearTimeout(hiding);
			for (const off of stop) off();
			leave();
		};
	}

	/** If waiting to retry, retries now. */
	retry(): void {
		this.#stream?.retry();
	}

	/** Continues from another cursor; anything the open stream still brings is dropped. */
	goOnFrom(cursor: string): void {
		this.#cursor = cursor;
		if (!this.#stream) return;
		this.#stream.close();
		this.#connect();
	}

	#connect(): void {
		this.#claim(true);
		this.#stream = stream.open({
			url: this.#source.addressOf(this.#cursor),
			cursor: this.#cursor,
			isKept: this.#seat.isSeated,
			onEvents: (events) => this.#source.onEvents(events),
			onStatus: (status) => this.#show(status),
			onClock: (reading) => this.readClock(reading)
		});
	}

	#claim(isTurnedTo: boolean): void {
		if (isShared()) this.#seat.claim(!document.hidden, isTurnedTo && !document.hidden);
	}

	/** After access is lost the reason stays visible while a tab that was hidden asks again, until it is let in. */
	#show(status: stream.Status): void {
		if (stream.isLost(this.status) && status.state !== 'live') return;
		this.status = status;
		if (status.state === 'ended') this.#seat.leave();
		this.#source.onStatus?.(status);
	}

	#disconnect(): void {
		if (!this.#stream) return;
		this.#cursor = this.#stream.cursor;
		this.#stream.close();
		this.#stream = null;
		this.#seat.leave();
	}
}

/** Whether each stream takes a connection away from the other windows, as in HTTP/1.1. */
function isShared(): boolean {
	return performance
		.getEntriesByType('navigation')
		.every((entry) => !('nextHopProtocol' in entry && /^h[23]/.test(String(entry.nextHopProtocol))));
}
