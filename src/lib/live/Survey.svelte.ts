/** A search as it goes on: how far it came, what it counted, whether it was stopped. */
import type { Entry } from '../log/entry.ts';
import type { Scope } from './api.ts';
import * as counts from './counts.ts';
import type { Span } from './period.ts';
import * as search from './search.ts';

/** What is searched for where. */
export interface Surveyed extends Scope {
	span: Span;
	/** Bars of the histogram, at most. */
	bars: number;
}

export interface Options {
	/** How many lines it brings. */
	limit: number;
	/** The next lines, newest first. */
	onLines(entries: readonly Entry[]): void;
	/** It brings no more lines, unless it goes on: they continue there. */
	onPause(cursor: string | null): void;
}

export class Survey {
	phase = $state<'searching' | 'done' | 'stopped' | 'failed'>('searching');
	/** Why it failed, for people. */
	fault = $state('');
	/** How many lines the period has, whether they match or not; null while that is not known. */
	total = $state<number | null>(null);
	#counts = $state.raw(counts.none);

	readonly #scope: Surveyed;
	readonly #options: Options;
	#abort: AbortController | null = null;
	/** Where it can go on, and what was counted until there. */
	#cursor: string | null = null;
	#before = counts.none;
	/** How many lines it has brought until there, and where they continue once these are enough. */
	#brought = 0;
	#rest: string | null = null;

	constructor(scope: Surveyed, options: Options) {
		this.#scope = scope;
		this.#options = options;
	}

	/** Matches so far. */
	get matched(): number {
		return this.#counts.matched;
	}

	get searched(): search.Searched | null {
		return this.#counts.searched;
	}

	get histogram(): search.Histogram | null {
		return this.#counts.histogram;
	}

	get fields(): search.Fields | null {
		return this.#counts.fields;
	}

	/** Whether it has brought as many lines as are wanted: from now on it only counts. */
	get isFull(): boolean {
		return this.#brought === this.#options.limit;
	}

	start(): () => void {
		const leaving = new AbortController();
		void this.#run();
		void this.#measure(leaving.signal);
		return () => {
			leaving.abort();
			this.#abort?.abort();
		};
	}

	stop(): void {
		if (this.phase !== 'searching') return;
		this.phase = 'stopped';
		this.#abort?.abort();
		this.#pause();
	}

	/** Goes on exactly where it was stopped, or has ended before its time. */
	goOn(): void {
		if (this.phase === 'stopped' || this.phase === 'failed') void this.#run();
	}

	async #run(): Promise<void> {
		const abort = new AbortController();
		this.#abort = abort;
		this.phase = 'searching';
		this.#before = this.#cursor === null ? counts.none : this.#counts;
		if (this.#cursor === null) this.#brought = 0;
		const { org, query, span, bars } = this.#scope;
		const limit = Math.max(1, this.#options.limit - this.#brought);
		const wanted = { org, query, span, limit, bars, cursor: this.#cursor };
		try {
			await search.run(wanted, this.#heard(abort.signal), abort.signal);
		} catch (error) {
			if (abort.signal.aborted) return;
			this.fault =
				error instanceof TypeError ? 'The server cannot be reached.' : String((error as Error).message);
			this.phase = 'failed';
			this.#pause();
		}
	}

	/** What it hears counts once the cursor comes that goes on after it. */
	#heard(signal: AbortSignal): search.Heard {
		let lines: Entry[] = [];
		let heard = counts.none;
		const take = (matched: number, searched: search.Searched, cursor: string | null) => {
			if (signal.aborted) return;
			this.#cursor = cursor;
			this.#counts = counts.sum(this.#before, { ...heard, matched, searched });
			this.#bring(lines);
			lines = [];
		};
		return {
			lines: (entries) => (lines = lines.concat(entries)),
			histogram: (histogram) => (heard = { ...heard, histogram }),
			fields: (fields) => (heard = { ...heard, fields }),
			progress: take,
			done: (matched, searched, cursor) => {
				take(matched, searched, cursor);
				if (signal.aborted) return;
				this.phase = searched.complete ? 'done' : 'stopped';
				this.#pause();
			}
		};
	}

	/** As many of the lines as are wanted: the server gives one at least. */
	#bring(lines: readonly Entry[]): void {
		if (this.isFull) return;
		this.#brought += lines.length;
		if (lines.length > 0) this.#options.onLines(lines);
		if (!this.isFull) return;
		this.#rest = this.#cursor;
		this.#pause();
	}

	#pause(): void {
		this.#options.onPause(this.isFull ? this.#rest : this.#cursor);
	}

	async #measure(signal: AbortSignal): Promise<void> {
		const { org, span } = this.#scope;
		try {
			this.total = await search.count({ org, query: '' }, span, signal);
		} catch {
			return; // the search says how many lines it has looked at, without “of how many”
		}
	}
}
