/** What the Logs page shows, as its URL says: lines that are followed, or a past period; and where the reader goes from there. */
import { goto, replaceState } from '$app/navigation';
import { page } from '$app/state';
import type { ResolvedPathname } from '$app/types';
import { tick } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';
import { Context } from '$live/Context.svelte.ts';
import type { ReadingPlace } from '$live/Follow.svelte.ts';
import { History } from '$live/History.svelte.ts';
import { KeptQueries } from '$live/KeptQueries.svelte.ts';
import { LiveTail } from '$live/LiveTail.svelte.ts';
import * as lines from '$live/lines.ts';
import { barsOf, LineVolume } from '$live/LineVolume.svelte.ts';
import * as period from '$live/period.ts';
import type { Reading } from '$live/Reading.ts';
import * as search from '$live/search.ts';
import type { Sources } from '$live/Suggesting.svelte.ts';
import * as stackTrace from '$live/stack-trace.ts';
import * as suggestions from '$live/suggestions.ts';
import * as typedTime from '$live/typed-time.ts';
import * as chips from '$log/chips.ts';
import * as sought from '$log/sought.ts';
import * as address from './address.ts';
import type { PageData } from './$types';
import { OpenEntry } from './OpenEntry.svelte.ts';

declare global {
	// eslint-disable-next-line @typescript-eslint/no-namespace -- Kit's way of typing `page.state`
	namespace App {
		interface PageState {
			/** The URL that this one is a closer look at. */
			wider?: ResolvedPathname;
		}
	}
}

/** Live, fields are those of the last half hour. */
const recentMs = 30 * 60_000;
/** How much longer the period is after a zoom out that has nothing to go back to. */
const wider = 4;

export class View {
	/** The organization's slug. */
	readonly org: string;
	readonly q: string;
	readonly period: period.Period;
	/** What relative times are relative to, epoch ms. */
	readonly now: number;
	/** One of the two. */
	readonly tail: LiveTail | null;
	readonly history: History | null;
	readonly volume: LineVolume;
	readonly opened: OpenEntry;
	/** The last queries, and those that the reader saved. */
	readonly earlier: KeptQueries;
	readonly saved: KeptQueries;
	/** What is highlighted in messages. */
	readonly sought: readonly string[];
	/** The lines around one line, while they are shown instead. */
	context = $state.raw<Context | null>(null);
	/** The lines whose stack traces are shown whole. */
	readonly unfolded = new SvelteSet<number>();
	/** Where the reader left the results for it; null while following. */
	#back: ReadingPlace | null = null;
	/** Where in the period to read. */
	#at = $state<string | null>(null);

	constructor({ org, q, entries, head, cursor, isSearched, period: shown, now }: PageData) {
		this.org = org.slug;
		[this.q, this.period, this.now, this.#at] = [q, shown, now, shown.at];
		this.earlier = new KeptQueries('queries', org.slug, 20);
		this.saved = new KeptQueries('saved', org.slug, 50);
		const scope = { org: org.slug, query: q };
		const span = period.spanOf(shown, now);
		const at = shown.at === null ? null : period.instantOf(shown.at, now);
		const isPast = period.isPast(shown);
		this.tail = isPast ? null : new LiveTail({ ...scope, since: shown.from, entries, head });
		const around = isPast ? period.surroundingsOf(shown, now) : null;
		const found = { entries, cursor, isSearched, at, bars: barsOf(around) };
		this.history = isPast ? new History({ ...scope, span, ...found }) : null;
		this.volume = new LineVolume(scope, this.tail, this.history && { of: this.history, span, around });
		this.sought = sought.texts(q);
		this.opened = new OpenEntry(
			() => this.reading,
			(entry) => this.address({ entry })
		);
	}

	/** The lines in the list. */
	get reading(): Reading {
		return this.context ?? this.results;
	}

	/** What the URL says, whether a line's context is shown instead or not. */
	get results(): Reading {
		const shown = this.tail ?? this.history;
		if (!shown) throw new Error('A view is either live or past');
		return shown;
	}

	/** What the query box can offer. */
	readonly suggestions: Sources = {
		names: () => suggestions.namesIn(this.results.rows),
		earlier: () => [...this.saved.all, ...this.earlier.all.filter((query) => !this.saved.has(query))],
		values: async (signal) => {
			const everything = { org: this.org, query: '' };
			return (await search.fields(everything, this.countedSpan(), signal)).fields;
		}
	};

	/** The times of which fields are counted beside the lines: live, the last half hour. */
	countedSpan(): period.Span {
		const now = Date.now();
		return this.tail ? { from: now - recentMs, to: now } : period.spanOf(this.period, this.now);
	}

	/** How many lines each of the most frequent services has, whichever are chosen. */
	countServices(): Promise<ReadonlyMap<string, number>> {
		const scope = { org: this.org, query: chips.withServices(this.q, []) };
		return search.countsOf('service', scope, this.countedSpan());
	}

	/** Whether there is anything to show: in the past there was. */
	get begun(): boolean {
		return this.tail?.begun ?? true;
	}

	get isLive(): boolean {
		return this.tail?.isLive ?? false;
	}

	/** The page's URL with something changed. */
	address(change: address.View): ResolvedPathname {
		return address.of(this.org, { q: this.q, ...this.period, at: this.#at, ...change });
	}

	/** Starts following, or searching; the returned function stops it. */
	start(): () => void {
		this.earlier.load();
		this.saved.load();
		const stop = [this.tail, this.history, this.volume].flatMap((part) => part?.start() ?? []);
		return () => stop.forEach((end) => end());
	}

	search(q: string): Promise<void> {
		this.earlier.add(q);
		// On a narrow screen the entry would cover the lines that are asked for.
		const entry = isNarrow() ? null : this.opened.seq;
		return goto(this.address({ q, entry }), { keepFocus: true, noScroll: true });
	}

	choose(chosen: period.Period): Promise<void> {
		const isSame = chosen.from === null && chosen.to === null && this.period.from === null;
		if (isSame && this.tail) return Promise.resolve(this.tail.turnLive());
		return goto(address.of(this.org, { q: this.q, ...chosen }), { keepFocus: true });
	}

	/** Goes to a time, epoch ms. Live, that is the past around it. */
	goToTime(at: number): void {
		if (!this.history) return void this.#zoomTo(typedTime.aroundPoint(at));
		const { from, to } = period.spanOf(this.period, this.now);
		if (at < from || at >= to) return this.#moveTo(at, to - from);
		this.#at = period.write(at);
		replaceState(this.address({ entry: this.opened.seq }), page.state);
		void this.history.goToTime(at);
	}

	/** Shows the lines around the open or selected one, or leaves them. */
	async toggleContext(): Promise<void> {
		const seq = this.opened.seq ?? this.opened.selected;
		if (this.context || seq === null) return this.leaveContext();
		const place = this.results.follow.place;
		try {
			const found = await Context.load(this.org, seq);
			[this.#back, this.context] = [place, found];
			if (isNarrow()) this.opened.close();
			await tick();
			found.follow.center(seq);
		} catch {
			// The entry stays open, and says itself if it no longer exists.
			return;
		}
	}

	/** Back to where the reader was. */
	async leaveContext(): Promise<void> {
		if (!this.context) return;
		this.context = null;
		await tick();
		if (this.#back) this.results.follow.goTo(this.#back);
	}

	/** Shows the whole stack trace of a line, or its first line alone; what is above stays where it is. */
	fold(seq: number | null, isFolded = seq !== null && this.unfolded.has(seq)): void {
		const row = this.reading.rows.find((row) => row.seq === seq);
		if (!row || lines.isSkipped(row) || stackTrace.linesBelow(row.message) === 0) return;
		const { follow } = this.reading;
		follow.lock();
		follow.still(() => void (isFolded ? this.unfolded.delete(row.seq) : this.unfolded.add(row.seq)));
	}

	/** As long a period around a time that is outside of this one. */
	#moveTo(at: number, length: number): void {
		const [from, to] = [at - length / 2, at + length / 2].map(period.write) as [string, string];
		void this.choose({ from, to, at: period.write(at) });
	}

	/** Shows another period in place of this one: one of its ends has moved. */
	adjust(from: number, to: number): void {
		void this.choose({ from: period.write(from), to: period.write(to), at: null });
	}

	zoom(from: number, to: number): void {
		void this.#zoomTo({ from: period.write(from), to: period.write(to), at: null });
	}

	/** Back to what was zoomed into, or to a longer period. */
	zoomOut(): void {
		if (page.state.wider) return void goto(page.state.wider);
		const { from, to } = period.spanOf(this.period, this.now);
		if (!this.history || !Number.isFinite(from)) return;
		const more = ((to - from) * (wider - 1)) / 2;
		void this.choose({ from: period.write(from - more), to: period.write(to + more), at: null });
	}

	#zoomTo(chosen: period.Period): Promise<void> {
		return goto(address.of(this.org, { q: this.q, ...chosen }), { state: { wider: this.address({}) } });
	}

	/** Goes to where the reader was before. */
	goTo(place: ReadingPlace): void {
		void this.reading.goTo(place);
	}
}

/** Whether the entry covers the lines, and chips open sheets. */
export function isNarrow(): boolean {
	return matchMedia('(max-width: 720px)').matches;
}
