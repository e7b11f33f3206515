/** The log lines on the page: what the stream brings, frame by frame, and what the reader scrolls through at leisure. */
import { SvelteMap } from 'svelte/reactivity';
import type { Entry } from '../log/entry.ts';
import * as api from './api.ts';
import * as arrivals from './arrivals.ts';
import { Connection } from './Connection.svelte.ts';
import { Follow, type ReadingPlace } from './Follow.svelte.ts';
import * as lines from './lines.ts';
import { Meter } from './Meter.svelte.ts';
import { Older } from './Older.svelte.ts';
import type { Phase, Reading } from './Reading.ts';
import type { SseEvent } from '../log/sse.ts';

export interface Start extends api.Scope {
	/** The lines up to `head`, oldest first; the stream continues from exactly there. */
	entries: readonly Entry[];
	head: number;
}

/** After a frame with many rows the next one waits, a millisecond a row up to this: nobody reads 60 such a second. */
const longestGapMs = 25;

/**
 * What is on the screen and what is held back are one sequence, cut in two: nothing lies between `rows` and `#held`, and lines
 * missing from either are represented by a gap.
 */
export class LiveTail implements Reading {
	/** The rows on the screen. Replaced whole, never modified. */
	rows = $state.raw<readonly lines.Row[]>([]);
	/** How many lines arrived while locked that the reader has not reached. */
	fresh = $state(0);
	/** Whether the organization ever had a line, matching or not. */
	begun = $state(false);
	/** How much of the way to the newest line has been searched, 0 to 1, while it catches up. */
	progress = $state<number | null>(null);
	/** The gaps being filled, or that could not be. */
	readonly filling = new SvelteMap<lines.Skipped, Phase>();
	/** The reader's position, if the lines there could not be loaded. */
	lost = $state.raw<ReadingPlace | null>(null);
	readonly follow = new Follow({
		rows: ['seq', 'mark'],
		endsAtTip: () => this.#held.length === 0 && !lines.endsWithGap(this.rows) && !this.#isBehind,
		readOn: () => this.readOn(),
		readBack: () => this.readBack(),
		resumed: () => this.#plan()
	});

	readonly #start: Start;
	readonly #connection: Connection;
	readonly #meter = new Meter();
	readonly #older: Older;
	#held: readonly lines.Row[] = [];
	/** How many of the held lines were on the screen before, so are not new. */
	#shelved = 0;
	/** Whether it restarted somewhere above, and nothing after that point has been loaded yet. */
	#isBehind = false;
	#frame = 0;
	#notBefore = 0;

	/** Uses no browser API: the server renders with it too. */
	constructor(start: Start) {
		this.#start = start;
		this.rows = start.entries;
		this.begun = start.head > 0;
		this.#older = new Older(start, {
			rows: () => this.rows,
			prepend: (entries) => {
				this.follow.still(() => (this.rows = [...entries, ...this.rows]));
				this.#shelve();
			}
		});
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

	/** Starts listening; the returned function stops it. */
	start(): () => void {
		const stop = [this.#meter.start(), this.#connection.start()];
		return () => {
			cancelAnimationFrame(this.#frame);
			for (const end of stop) end();
		};
	}

	/** Whether new lines appear as they arrive. */
	get isLive(): boolean {
		return this.follow.following && this.status.state === 'live';
	}

	/** Follows the newest lines; while they cannot arrive, retries now. */
	turnLive(): void {
		if (this.follow.following) this.#connection.retry();
		else this.follow.resume();
	}

	/** Shows more of what was held back below the screen. A gap is filled before anything after it is shown. */
	readOn(): void {
		const last = this.rows.at(-1);
		if (last && lines.isSkipped(last)) return void this.showSkipped(last);
		const next = lines.upToGap(this.#held);
		if (next.length === 0) return;
		this.#held = this.#held.slice(next.length);
		this.#shelved = Math.max(0, this.#shelved - lines.count(next));
		this.rows = [...this.rows, ...next];
		this.#count();
		if (lines.endsWithGap(this.rows)) this.readOn();
		else this.#trim();
	}

	readBack(): void {
		void this.#older.load();
	}

	get paging() {
		return this.#older.phase;
	}

	/**
	 * Fetches lines of a gap into its place, at most 500 at once: those next to what is in view, so that nothing there moves.
	 * `filling` has the state.
	 */
	async showSkipped(gap: lines.Skipped): Promise<void> {
		if (this.filling.get(gap) === 'loading') return;
		this.follow.lock();
		this.filling.set(gap, 'loading');
		const isBelow = this.follow.inView.some((seq) => seq < gap.from);
		try {
			const found = await api.ofGap(this.#start, gap, isBelow ? 'older' : 'newer');
			this.follow.still(() => (this.rows = lines.fill(this.rows, gap, found)));
			this.filling.delete(gap);
			if (isBelow) this.#trim();
			else this.#shelve();
		} catch {
			this.filling.set(gap, 'failed'); // the reader sees it at the gap and can try again
		}
		this.#plan();
	}

	/**
	 * A line by its number, from the screen or the server; the newest line's number if it does not exist (or no longer does).
	 */
	async find(seq: number): Promise<Entry | { head: number }> {
		const shown = this.rows.find((row) => row.seq === seq);
		if (shown && !lines.isSkipped(shown)) return shown;
		return api.line(this.#start.org, seq);
	}

	async goToLine(seq: number): Promise<void> {
		await this.goTo({ row: seq, top: 0 });
		this.follow.center(seq);
	}

	/**
	 * Goes to where the reader was before, which may be far above the page's start: then it restarts around that line. If the
	 * server does not return the lines there, `lost` says so.
	 */
	async goTo(place: ReadingPlace): Promise<void> {
		this.follow.lock();
		this.lost = null;
		try {
			const isHere = this.rows.some(({ seq }) => seq === place.row);
			const found = isHere ? null : await api.around(this.#start, place.row);
			if (this.follow.following) return; // the reader went to the end meanwhile
			if (found) this.#beginAnew(found);
			this.follow.goTo(place);
		} catch {
			this.lost = place; // the page says so and can try again
		}
	}

	#beginAnew(entries: readonly Entry[]): void {
		if (entries.length === 0) return;
		this.#held = [];
		this.#shelved = 0;
		this.follow.still(() => (this.rows = entries));
		const last = entries.at(-1)?.seq ?? 0;
		this.#isBehind = last < this.#start.head;
		this.#connection.goOnFrom(String(last));
		this.#count();
	}

	/** Removes excess rows from the screen's beginning, the far end when scrolling down. */
	#trim(): void {
		if (this.rows.length <= lines.mostRead) return;
		this.follow.still(() => (this.rows = this.rows.slice(lines.trimmed)));
	}

	/** Holds excess rows back again, from the screen's end, the far end when scrolling up. */
	#shelve(): void {
		if (this.rows.length <= lines.mostRead) return;
		const kept = this.rows.length - lines.trimmed;
		const shelved = this.rows.slice(kept);
		this.#held = lines.hold(shelved, this.#held);
		this.#shelved += lines.count(shelved);
		this.follow.still(() => (this.rows = this.rows.slice(0, kept)));
	}

	#count(): void {
		const ahead = lines.endsWithGap(this.rows) ? lines.count(this.rows.slice(-1)) : 0;
		this.fresh = ahead + lines.count(this.#held) - this.#shelved;
	}

	#take(events: readonly SseEvent[]): void {
		this.#isBehind = false;
		this.begun ||= events.some(({ id }) => Number(id) > 0); // a heartbeat of an empty stream says 0
		this.progress = arrivals.progressOf(events);
		const more = arrivals.rowsOf(events);
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
			this.#count();
			return this.#meter.held();
		}
		const next = this.#held.slice(0, lines.perFrame);
		this.rows = lines.show(this.rows, next);
		this.#held = this.#held.slice(next.length);
		this.#notBefore = now + Math.min(next.length, longestGapMs);
		this.fresh = this.#shelved = 0;
		if (this.#held.length > 0) this.#plan();
		else this.#meter.shown(() => this.#connection.correction);
	}
}
