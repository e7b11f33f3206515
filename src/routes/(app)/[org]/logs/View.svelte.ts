/** What the Logs page shows, as its URL says: lines that are followed, or a past period; and where the reader goes from there. */
import { goto, replaceState } from '$app/navigation';
import { page } from '$app/state';
import type { ResolvedPathname } from '$app/types';
import type { ReadingPlace } from '$live/Follow.svelte.ts';
import { History } from '$live/History.svelte.ts';
import { LiveTail } from '$live/LiveTail.svelte.ts';
import * as period from '$live/period.ts';
import type { Reading } from '$live/Reading.ts';
import * as address from './address.ts';
import type { PageData } from './$types';
import { OpenEntry } from './OpenEntry.svelte.ts';

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
	readonly opened: OpenEntry;
	/** Where in the period to read. */
	#at = $state<string | null>(null);

	constructor({ org, q, entries, head, cursor, isSearched, period: shown, now }: PageData) {
		this.org = org.slug;
		[this.q, this.period, this.now, this.#at] = [q, shown, now, shown.at];
		const scope = { org: org.slug, query: q };
		const span = period.spanOf(shown, now);
		const at = shown.at === null ? null : period.instantOf(shown.at, now);
		const isPast = period.isPast(shown);
		this.tail = isPast ? null : new LiveTail({ ...scope, since: shown.from, entries, head });
		this.history = isPast ? new History({ ...scope, span, entries, cursor, isSearched, at }) : null;
		this.opened = new OpenEntry(
			() => this.reading,
			(entry) => this.address({ entry })
		);
	}

	/** The lines in the list. */
	get reading(): Reading {
		const shown = this.tail ?? this.history;
		if (!shown) throw new Error('A view is either live or past');
		return shown;
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
		return (this.tail ?? this.history)?.start() ?? (() => {});
	}

	search(q: string): Promise<void> {
		const entry = this.opened.seq;
		return goto(this.address({ q, entry }), { keepFocus: true, noScroll: true });
	}

	choose(chosen: period.Period): Promise<void> {
		const isSame = chosen.from === null && chosen.to === null && this.period.from === null;
		if (isSame && this.tail) return Promise.resolve(this.tail.turnLive());
		return goto(address.of(this.org, { q: this.q, ...chosen }), { keepFocus: true });
	}

	/** Goes to a time, epoch ms. Live, that is the past around it. */
	goToTime(at: number): void {
		if (!this.history) return;
		this.#at = period.write(at);
		replaceState(this.address({ entry: this.opened.seq }), page.state);
		void this.history.goToTime(at);
	}

	/** Goes to where the reader was before. */
	goTo(place: ReadingPlace): void {
		void this.reading.goTo(place);
	}
}
