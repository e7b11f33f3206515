/** A stream that is open while its page is looked at, and what of it a page shows. */
import * as clock from './clock.ts';
import type { SseEvent } from './sse.ts';
import * as stream from './stream.ts';

/** A tab hidden for so long closes its stream: a browser opens only six connections per host. */
const hiddenMs = 30_000;

export interface Source {
	/** Where the stream goes on after a cursor. */
	addressOf(cursor: string): string;
	/** Where it begins. */
	cursor: string;
	onEvents(events: readonly SseEvent[]): void;
	onStatus?(status: stream.Status): void;
}

export class Connection {
	status = $state.raw<stream.Status>({ state: 'connecting' });
	#bounds = clock.unknown;
	readonly #source: Source;
	#cursor: string;
	#stream: stream.Stream | null = null;

	constructor(source: Source) {
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

	/** Opens it, hidden or not; returns what closes it. */
	start(): () => void {
		let hiding: ReturnType<typeof setTimeout> | undefined;
		const turn = () => {
			clearTimeout(hiding);
			if (document.hidden) hiding = setTimeout(() => this.#disconnect(), hiddenMs);
			else if (!this.#stream) this.#connect();
		};
		document.addEventListener('visibilitychange', turn);
		turn();
		if (!this.#stream) this.#connect();
		return () => {
			clearTimeout(hiding);
			document.removeEventListener('visibilitychange', turn);
			this.#disconnect();
		};
	}

	#connect(): void {
		this.#stream = stream.open({
			url: this.#source.addressOf(this.#cursor),
			cursor: this.#cursor,
			onEvents: (events) => this.#source.onEvents(events),
			onStatus: (status) => this.#show(status),
			onClock: (reading) => this.readClock(reading)
		});
	}

	/** Who has lost access goes on seeing why, when a tab that was hidden asks again, unless it is let in. */
	#show(status: stream.Status): void {
		if (stream.isLost(this.status) && status.state !== 'live') return;
		this.status = status;
		this.#source.onStatus?.(status);
	}

	#disconnect(): void {
		if (!this.#stream) return;
		this.#cursor = this.#stream.cursor;
		this.#stream.close();
		this.#stream = null;
	}
}
