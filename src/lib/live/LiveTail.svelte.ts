/** The log lines on the page: what the stream brings, frame by frame, at most 500 of them. */
import type { Entry } from '../log/entry.ts';
import * as api from './api.ts';
import { Connection } from './Connection.svelte.ts';
import { Follow } from './Follow.svelte.ts';
import * as lines from './lines.ts';
import { Meter } from './Meter.svelte.ts';
import type { SseEvent } from './sse.ts';

export interface Start extends api.Scope {
	/** The lines up to `head`, oldest first; the stream goes on from exactly there. */
	entries: readonly Entry[];
	head: number;
}

/** After a frame with many rows the next one waits, a millisecond a row up to this: nobody reads 60 such a second. */
const longestGapMs = 25;

export class LiveTail {
	/** What is on the screen. Replaced whole, never changed. */
	rows = $state.raw<readonly lines.Row[]>([]);
	/** How many lines came while locked. */
	fresh = $state(0);
	/** Whether the organization ever had a line, matching or not. */
	begun = $state(false);
	readonly follow = new Follow(() => this.#plan());

	readonly #start: Start;
	readonly #connection: Connection;
	readonly #meter = new Meter();
	#held: readonly lines.Row[] = [];
	#frame = 0;
	#notBefore = 0;

	/** Touches nothing of a browser: the server renders with it too. */
	constructor(start: Start) {
		this.#start = start;
		this.rows = start.entries;
		this.begun = start.head > 0;
		this.#connection = new Connection({
			addressOf: (cursor) => api.streamAddress(start, cursor),
			cursor: String(start.head),
			onEvents: (events) => this.#take(events)
		});
	}

	get status() {
		return this.#connection.status;
	}

	get delay() {
		return this.#meter.delay;
	}

	get rate() {
		return this.#meter.rate;
	}

	/** Begins to listen; returns what ends it. */
	start(): () => void {
		const stop = [this.#meter.start(), this.#connection.start()];
		return () => {
			cancelAnimationFrame(this.#frame);
			for (const end of stop) end();
		};
	}

	/** Fetches the lines of a gap into its place, at most 500 at once. Throws when the server does not give them. */
	async showSkipped(gap: lines.Skipped): Promise<void> {
		this.follow.lock();
		const found = await api.between(this.#start, gap.from - 1, gap.to + 1);
		this.rows = lines.fill(this.rows, gap, found);
	}

	/** A line by its number, from the screen or from the server; null when there is none (any more). */
	async find(seq: number): Promise<Entry | null> {
		const shown = this.rows.find((row) => row.seq === seq);
		if (shown && !lines.isSkipped(shown)) return shown;
		return api.line(this.#start.org, seq);
	}

	#take(events: readonly SseEvent[]): void {
		this.begun ||= events.some(({ id }) => Number(id) > 0); // a heartbeat of an empty stream says 0
		const more = events.flatMap(rowOf);
		if (more.length === 0) return;
		this.#held = lines.hold(this.#held, more);
		const newest = more.at(-1);
		this.#meter.arrived(lines.count(more), newest && !lines.isSkipped(newest) ? newest.received_at : null);
		this.#plan();
	}

	#plan(): void {
		this.#frame ||= requestAnimationFrame(() => this.#paint());
	}

	#paint(): void {
		this.#frame = 0;
		const now = performance.now();
		if (now < this.#notBefore) return this.#plan();
		if (!this.follow.following) {
			this.fresh = lines.count(this.#held);
			this.#meter.held();
			return;
		}
		const next = this.#held.slice(0, lines.perFrame);
		this.rows = lines.show(this.rows, next);
		this.#held = this.#held.slice(next.length);
		this.#notBefore = now + Math.min(next.length, longestGapMs);
		this.fresh = 0;
		if (this.#held.length > 0) this.#plan();
		else this.#meter.shown(() => this.#connection.correction);
	}
}

/** Throws when the data is not JSON: the server is ours, so that is a bug and not a line to leave out. */
function rowOf(event: SseEvent): lines.Row[] {
	if (event.data === null) return [];
	if (event.type === 'message') return [JSON.parse(event.data) as Entry];
	if (event.type !== 'skipped') return [];
	const { count, from, to }: lines.Skipped = JSON.parse(event.data);
	return [lines.skipped(count, from, to)];
}
