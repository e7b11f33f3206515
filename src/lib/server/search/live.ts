import type { Query } from '../../log/query.ts';
import type { Threads } from '../threads/threads.ts';
import type { Job, Results } from './job.ts';

/** A line that has arrived, as far as a filter needs it. */
interface Arrived {
	seq: number;
	/** As the API gives it. */
	json: string;
}

/** What of the time a filter may spend in a thread, over the long run, and how much it may save up, in ms. */
const share = 0.25;
const mostSaved = 2_000;
/** How long one job takes, in ms: at least, also for a filter without time left, and at most, because searches wait for it. */
const [leastMs, mostMs] = [50, 500];
/** Answers kept for other readers of the same lines. */
const mostAnswers = 16;

/** Whether a query has regular expressions, which may take milliseconds for one line (see lib/log/predicate.ts). */
export function isSlow(query: Query): boolean {
	if (query.kind === 'matches') return true;
	if (query.kind === 'not') return isSlow(query.part);
	return (query.kind === 'and' || query.kind === 'or') && query.parts.some(isSlow);
}

/** Filters of live lines that run in threads, so that none of them holds up what the event loop serves. Equal ones share the work. */
export class LiveFilters {
	readonly #threads: Threads<Job, Results[Job['kind']]>;
	readonly #filters = new Map<string, WeakRef<LiveFilter>>();
	readonly #forget = new FinalizationRegistry<string>((key) => {
		if (!this.#filters.get(key)?.deref()) this.#filters.delete(key);
	});

	constructor(threads: Threads<Job, Results[Job['kind']]>) {
		this.#threads = threads;
	}

	/** The filter of an organization's lines by a query; `key` is equal for queries that mean the same. */
	of(org: string, { key, text }: { key: string; text: string }): LiveFilter {
		const name = `${org} ${key}`;
		const known = this.#filters.get(name)?.deref();
		if (known) return known;
		const filter = new LiveFilter(this.#threads, org, text);
		this.#filters.set(name, new WeakRef(filter));
		this.#forget.register(filter, name);
		return filter;
	}
}

/** One filter, and the time that it may still spend. */
class LiveFilter {
	readonly #threads: Threads<Job, Results[Job['kind']]>;
	readonly #org: string;
	readonly #text: string;
	readonly #answers = new Map<string, Promise<{ unseen: number; indexes: number[] }>>();
	#saved = mostSaved;
	#asked = performance.now();

	constructor(threads: Threads<Job, Results[Job['kind']]>, org: string, text: string) {
		this.#threads = threads;
		this.#org = org;
		this.#text = text;
	}

	/** The lines that match. Beyond its time only the newest are looked at; `unseen` counts the others, which come first. */
	async pick<Line extends Arrived>(lines: readonly Line[]): Promise<{ matching: Line[]; unseen: number }> {
		const key = `${lines[0]?.seq}-${lines.at(-1)?.seq}-${lines.length}`;
		let answer = this.#answers.get(key);
		if (!answer) {
			answer = this.#look(lines);
			answer.catch(() => this.#answers.delete(key));
			this.#answers.set(key, answer);
			const [oldest] = this.#answers.keys();
			if (this.#answers.size > mostAnswers && oldest !== undefined) this.#answers.delete(oldest);
		}
		const { unseen, indexes } = await answer;
		return { unseen, matching: indexes.map((index) => lines[index] as Line) };
	}

	async #look(lines: readonly Arrived[]): Promise<{ unseen: number; indexes: number[] }> {
		const patience = Math.min(Math.max(this.#time(), leastMs), mostMs);
		const job: Job = { kind: 'filter', query: this.#text, lines: lines.map(({ json }) => json), patience };
		const { indexes, unseen, ms } = (await this.#threads.run(job, { turn: this.#org })) as Results['filter'];
		this.#saved -= ms;
		return { unseen, indexes };
	}

	/** What it may spend now, in ms. */
	#time(): number {
		const now = performance.now();
		this.#saved = Math.min(mostSaved, this.#saved + share * (now - this.#asked));
		this.#asked = now;
		return this.#saved;
	}
}
