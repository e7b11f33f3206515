/** The log lines on the page: what the stream brings, frame by frame, at most 500 of them. */
import type { Entry } from '../log/entry.ts';
import * as api from './api.ts';
import * as clock from './clock.ts';
import { Follow } from './Follow.svelte.ts';
import * as lines from './lines.ts';
import type { SseEvent } from './sse.ts';
import * as stream from './stream.ts';

export interface Start extends api.Scope {
	/** The lines up to `head`, oldest first; the stream goes on from exactly there. */
	entries: readonly Entry[];
	head: number;
}

/** A tab hidden for so long closes its stream: a browser opens only six connections per host. */
const hiddenMs = 30_000;

/** More rows in one frame would keep the main thread for over 50 ms on a slow machine. */
const rowsPerFrame = 100;

/** After a frame with many rows the next one waits, a millisecond a row up to this: nobody reads 60 such a second. */
const longestGapMs = 25;

/** Lines a second are counted over so many seconds. */
const rateSeconds = 4;

export class LiveTail {
	/** What is on the screen. Replaced whole, never changed. */
	rows = $state.raw<readonly lines.Row[]>([]);
	/** How many lines came while locked. */
	fresh = $state(0);
	status = $state.raw<stream.Status>({ state: 'connecting' });
	/** From the commit of the newest line to its paint, in milliseconds; null until one came live. */
	delay = $state<number | null>(null);
	/** Lines a second that came lately. */
	rate = $state(0);
	/** Whether the organization ever had a line, matching or not. */
	begun = $state(false);
	readonly follow = new Follow(() => this.#plan());

	readonly #start: Start;
	#stream: stream.Stream | null = null;
	#cursor: string;
	#held: readonly lines.Row[] = [];
	#frame = 0;
	#notBefore = 0;
	#bounds = clock.unknown;
	/** When the newest line was committed, until it is painted. */
	#unpainted: number | null = null;
	#measuredAt = 0;
	#arrived = 0;
	#lately: number[] = [];

	/** Touches nothing of a browser: the server renders with it too. */
	constructor(start: Start) {
		this.#start = start;
		this.#cursor = String(start.head);
		this.rows = start.entries;
		this.begun = start.head > 0;
	}

	/** Begins to listen; returns what ends it. */
	start(): () => void {
		let hiding: ReturnType<typeof setTimeout> | undefined;
		const turn = () => {
			clearTimeout(hiding);
			if (document.hidden) hiding = setTimeout(() => this.#disconnect(), hiddenMs);
			else if (!this.#stream) this.#connect();
		};
		const seconds = setInterval(() => this.#measureRate(), 1000);
		document.addEventListener('visibilitychange', turn);
		turn();
		if (!this.#stream) this.#connect();
		return () => {
			clearTimeout(hiding);
			clearInterval(seconds);
			cancelAnimationFrame(this.#frame);
			document.removeEventListener('visibilitychange', turn);
			this.#disconnect();
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

	#connect(): void {
		this.#stream = stream.open({
			url: api.streamAddress(this.#start, this.#cursor),
			cursor: this.#cursor,
			onEvents: (events) => this.#take(events),
			onStatus: (status) => (this.status = status),
			onClock: (reading) => (this.#bounds = clock.narrow(this.#bounds, reading))
		});
	}

	#disconnect(): void {
		if (!this.#stream) return;
		this.#cursor = this.#stream.cursor;
		this.#stream.close();
		this.#stream = null;
	}

	#take(events: readonly SseEvent[]): void {
		this.begun ||= events.some(({ id }) => Number(id) > 0); // a heartbeat of an empty stream says 0
		const more = events.flatMap(rowOf);
		if (more.length === 0) return;
		this.#held = lines.hold(this.#held, more);
		this.#arrived += lines.count(more);
		const newest = more.at(-1);
		if (newest && !lines.isSkipped(newest)) this.#unpainted = Date.parse(newest.received_at);
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
			this.#unpainted = null;
			return;
		}
		const next = this.#held.slice(0, rowsPerFrame);
		this.rows = lines.show(this.rows, next);
		this.#held = this.#held.slice(next.length);
		this.#notBefore = now + Math.min(next.length, longestGapMs);
		this.fresh = 0;
		if (this.#held.length > 0) this.#plan();
		else this.#measureDelay();
	}

	/** A message posted in a frame is handled after that frame's paint. A number that changes faster is no use. */
	#measureDelay(): void {
		const committedAt = this.#unpainted;
		this.#unpainted = null;
		if (committedAt === null || performance.now() - this.#measuredAt < 500) return;
		this.#measuredAt = performance.now();
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = () => {
			this.delay = Math.max(0, Math.round(Date.now() + clock.correction(this.#bounds) - committedAt));
			port1.close();
		};
		port2.postMessage(null);
	}

	#measureRate(): void {
		this.#lately = [...this.#lately, this.#arrived].slice(-rateSeconds);
		this.#arrived = 0;
		this.rate = this.#lately.reduce((sum, lines) => sum + lines, 0) / this.#lately.length;
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
