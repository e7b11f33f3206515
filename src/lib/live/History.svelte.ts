/** The lines of a past period: what a search finds, as it comes, and what the reader scrolls through. */
import { SvelteMap } from 'svelte/reactivity';
import type { Entry } from '../log/entry.ts';
import * as api from './api.ts';
import { Follow, type ReadingPlace } from './Follow.svelte.ts';
import { FrameQueue } from './FrameQueue.ts';
import * as lines from './lines.ts';
import { Pages, type End } from './Pages.ts';
import type { Span } from './period.ts';
import type { Phase, Reading } from './Reading.ts';
import * as search from './search.ts';
import { Survey, type Surveyed } from './Survey.svelte.ts';

export interface Start extends Surveyed {
	/** The newest lines of it, oldest first, if they have been searched for; and where older ones go on. */
	entries: readonly Entry[];
	cursor: string | null;
	isSearched: boolean;
	/** Where to begin to read, epoch ms; null for the end. */
	at: number | null;
}

export class History implements Reading {
	/** Replaced whole, never modified. */
	rows = $state.raw<readonly lines.Row[]>([]);
	paging = $state<Phase | null>(null);
	lost = $state.raw<ReadingPlace | null>(null);
	/** A finished period has no gaps. */
	readonly filling = new SvelteMap<lines.Skipped, Phase>();
	readonly survey: Survey;
	readonly follow = new Follow({
		rows: ['seq', 'mark'],
		endsAtTip: () => this.#pages.endsAtTip,
		readOn: () => this.readOn(),
		readBack: () => this.readBack(),
		resumed: () => this.#show()
	});

	readonly #start: Start;
	readonly #pages = new Pages();
	/** Found, and not on the screen yet. */
	readonly #found = new FrameQueue((entries) => {
		this.#pages.add('older', entries);
		this.#show();
	});
	/** Whether the lines that the search finds are shown; not when the reader went elsewhere. */
	#takes = true;
	/** Counts how often the reader went elsewhere: what was asked for before is out of date. */
	#turn = 0;

	/** Uses no browser API: the server renders with it too. */
	constructor(start: Start) {
		this.#start = start;
		this.#pages.begin(start.entries, { older: start.cursor, newer: null });
		this.rows = start.entries;
		const isComplete = start.isSearched && (start.cursor === null || start.entries.length === lines.cap);
		this.survey = new Survey(start, {
			limit: isComplete || start.at !== null ? 1 : lines.cap,
			onLines: (found) => this.#take(found),
			onPause: (cursor) => this.#pause(cursor)
		});
		this.#takes = !isComplete && start.at === null;
	}

	/** Starts searching; the returned function stops it. */
	start(): () => void {
		const { at } = this.#start;
		if (at !== null) void this.goToTime(at);
		const stop = this.survey.start();
		return () => {
			this.#turn++;
			this.#found.clear();
			stop();
		};
	}

	readOn(): void {
		void this.#read('newer');
	}

	readBack(): void {
		void this.#read('older');
	}

	async showSkipped(): Promise<void> {}

	async find(seq: number): Promise<Entry | { head: number }> {
		const shown = this.rows.find((row) => row.seq === seq);
		if (shown && !lines.isSkipped(shown)) return shown;
		return api.line(this.#start.org, seq);
	}

	async goTo(place: ReadingPlace): Promise<void> {
		this.lost = null;
		this.follow.lock();
		try {
			if (!this.#has(place.row)) await this.#goToUnloaded(place.row);
			this.#show();
			this.follow.goTo(place);
		} catch {
			this.lost = place; // the page says so and can try again
		}
	}

	async goToLine(seq: number): Promise<void> {
		await this.goTo({ row: seq, top: 0 });
		this.follow.center(seq);
	}

	/** Goes to the first line from a time on (epoch ms), or to the last one before it. */
	async goToTime(at: number): Promise<void> {
		this.follow.lock();
		const [first, last] = [this.rows[0], this.rows.at(-1)];
		const isWithin = first && last && timeOf(first) <= at && at <= timeOf(last);
		try {
			const seq = isWithin ? this.rows.find((row) => timeOf(row) >= at)?.seq : await this.#beginAround(at);
			if (seq !== undefined) this.follow.center(seq);
		} catch {
			this.paging = 'failed'; // the page says so
		}
	}

	/** The search goes on, and brings more lines if the reader is still where it brought them. */
	goOn(): void {
		if (this.#takes && !this.survey.isFull) this.#pages.next.older = null;
		this.survey.goOn();
	}

	oldest(): Promise<void> {
		return this.#goToEnd('older');
	}

	newest(): Promise<void> {
		return this.#goToEnd('newer');
	}

	async #goToEnd(end: End): Promise<void> {
		const order = end === 'older' ? 'oldest' : 'newest';
		const turn = ++this.#turn;
		this.paging = 'loading';
		try {
			const { logs, cursor } = await this.#page(order, { limit: lines.cap });
			if (turn !== this.#turn) return;
			const entries = end === 'older' ? logs : logs.reverse();
			this.#begin(entries, { older: null, newer: null, [end === 'older' ? 'newer' : 'older']: cursor });
			const first = this.rows[0];
			if (end === 'newer') this.follow.resume();
			else if (first) this.follow.goTo({ row: first.seq, top: 0 });
		} catch {
			this.paging = 'failed'; // the page says so; pressing again tries again
		}
	}

	/** Begins anew around a time. The number of the line there; undefined if there is none. */
	async #beginAround(at: number): Promise<number | undefined> {
		const { from, to } = this.#start.span;
		const turn = ++this.#turn;
		this.paging = 'loading';
		const limit = lines.cap / 2;
		const [before, after] = await Promise.all([
			at > from ? this.#page('newest', { limit, span: { from, to: Math.min(at, to) } }) : none,
			at < to ? this.#page('oldest', { limit, span: { from: Math.max(at, from), to } }) : none
		]);
		if (turn !== this.#turn) return undefined;
		const older = before.logs.toReversed();
		this.#begin([...older, ...after.logs], { older: before.cursor, newer: after.cursor });
		return (after.logs[0] ?? older.at(-1))?.seq;
	}

	async #goToUnloaded(seq: number): Promise<void> {
		const found = await api.line(this.#start.org, seq);
		if (!('head' in found)) await this.#beginAround(Date.parse(found.time));
	}

	#begin(entries: readonly Entry[], next: Record<End, string | null>): void {
		this.#takes = false;
		this.#found.clear();
		this.paging = null;
		this.#pages.begin(entries, next);
		this.#show();
	}

	#has(seq: number): boolean {
		return this.#pages.goTo((entry) => entry.seq === seq);
	}

	async #read(end: End): Promise<void> {
		if (this.#pages.holds(end)) {
			this.#pages.extend(end);
			return this.#show(end);
		}
		const turn = this.#turn;
		for (let found: readonly Entry[] = []; found.length === 0;) {
			const cursor = this.#pages.next[end];
			if (cursor === null || this.paging === 'loading') return;
			if (end === 'older') this.#leaveSearch();
			this.paging = 'loading';
			try {
				const order = end === 'older' ? 'newest' : 'oldest';
				const page = await this.#page(order, { limit: lines.cap, cursor });
				if (turn !== this.#turn) return;
				found = end === 'older' ? page.logs.reverse() : page.logs;
				this.#pages.next[end] = page.cursor;
				this.#pages.add(end, found);
				this.paging = null;
			} catch {
				this.paging = 'failed'; // the page says so; scrolling on tries again
				return;
			}
		}
		this.#show(end);
	}

	#page(order: search.Order, more: { limit: number; span?: Span; cursor?: string }): Promise<search.Page> {
		const { org, query, span } = this.#start;
		return search.page({ org, query, span, cursor: null, ...more }, order);
	}

	/** `end` is where the reader goes: what is too much is removed from the other. */
	#show(end?: End): void {
		this.follow.still(() => (this.rows = this.#pages.shown));
		if (!end) return;
		this.#pages.trim(end);
		this.follow.still(() => (this.rows = this.#pages.shown));
	}

	#take(found: readonly Entry[]): void {
		if (this.#takes) this.#found.add(found);
	}

	/** Until the search goes on, the reader may by scrolling. */
	#pause(cursor: string | null): void {
		if (this.#takes) this.#pages.next.older = cursor;
	}

	/** From now on the reader goes on alone, after all lines that the search has found. */
	#leaveSearch(): void {
		if (!this.#takes) return;
		this.#takes = false;
		this.#pages.add('older', this.#found.clear());
	}
}

const none: search.Page = { logs: [], cursor: null, searched: { from: null, to: null, lines: 0 } };

function timeOf(row: lines.Row): number {
	return lines.isSkipped(row) ? NaN : Date.parse(row.time);
}
