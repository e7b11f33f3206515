/** A search as it goes on: how far it came, what it counted, whether it was stopped. */
import type { Entry } from '../log/entry.ts';
import type { Scope } from './api.ts';
import type { Span } from './period.ts';
import * as search from './search.ts';

export interface Options {
	/** How many lines it brings. */
	limit: number;
	/** The next lines, newest first. */
	onLines(entries: readonly Entry[]): void;
	/** It has ended; the lines go on there. */
	onEnd(cursor: string | null): void;
}

/** At most so many bars: each is some pixels wide on any screen. */
const bars = 120;

export class Survey {
	phase = $state<'searching' | 'done' | 'stopped' | 'failed'>('searching');
	/** Why it failed, for people. */
	fault = $state('');
	/** Matches so far. */
	matched = $state(0);
	searched = $state.raw<search.Searched | null>(null);
	histogram = $state.raw<search.Histogram | null>(null);
	fields = $state.raw<search.Fields | null>(null);

	readonly #scope: Scope & { span: Span };
	readonly #options: Options;
	#abort: AbortController | null = null;
	/** Where it ended before its time, and what was counted until then. */
	#cursor: string | null = null;
	#before = { matched: 0, lines: 0, histogram: null as search.Histogram | null };

	constructor(scope: Scope & { span: Span }, options: Options) {
		this.#scope = scope;
		this.#options = options;
	}

	start(): () => void {
		void this.#run();
		return () => this.#abort?.abort();
	}

	stop(): void {
		this.phase = 'stopped';
		this.#abort?.abort();
	}

	/** From where it ended by itself; stopped, from the beginning: what was found stays. */
	goOn(): void {
		if (this.phase === 'searching') return;
		const isFresh = this.#cursor === null;
		const { matched, searched, histogram } = this;
		this.#before = isFresh
			? { matched: 0, lines: 0, histogram: null }
			: { matched, lines: searched?.lines ?? 0, histogram };
		void this.#run();
	}

	async #run(): Promise<void> {
		const abort = new AbortController();
		this.#abort = abort;
		this.phase = 'searching';
		const { org, query, span } = this.#scope;
		const wanted = { org, query, span, limit: this.#options.limit, bars, cursor: this.#cursor };
		try {
			await search.run(wanted, this.#heard(abort.signal), abort.signal);
		} catch (error) {
			if (abort.signal.aborted) return;
			this.fault =
				error instanceof TypeError ? 'The server cannot be reached.' : String((error as Error).message);
			this.phase = 'failed';
		}
	}

	#heard(signal: AbortSignal): search.Heard {
		return {
			lines: (entries) => signal.aborted || this.#options.onLines(entries),
			histogram: (found) => (this.histogram = sum(this.#before.histogram, found)),
			fields: (found) => (this.fields = found),
			progress: (matched, searched) => {
				this.matched = this.#before.matched + matched;
				this.searched = { ...searched, lines: this.#before.lines + searched.lines };
			},
			done: (cursor, complete) => {
				this.phase = complete ? 'done' : 'stopped';
				this.#cursor = complete ? null : cursor;
				this.#options.onEnd(cursor);
			}
		};
	}
}

function sum(before: search.Histogram | null, found: search.Histogram): search.Histogram {
	if (!before) return found;
	const bars = found.bars.map((bar, at) =>
		bar.map((count, level) => count + (before.bars[at]?.[level] ?? 0))
	);
	return { ...found, bars };
}
