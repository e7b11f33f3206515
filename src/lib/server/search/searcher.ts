import * as predicate from '../../log/predicate.ts';
import type { Sql } from '../postgres/connect.ts';
import { sum } from './counted.ts';
import { filter } from './filter.ts';
import type { Job, Results } from './job.ts';
import { needsOf } from './needs.ts';
import { scan, type Compiled } from './scan.ts';

/** Compiled queries that are kept: one search sends its query with every job. */
const mostKept = 100;

/** Does what reads the lines of one organization, with a connection to where they are. */
type Reading = <Result>(org: string, work: (sql: Sql) => Promise<Result>) => Promise<Result>;

/** What a thread does: one job at a time. */
export class Searcher {
	readonly #reading: Reading;
	readonly #compiled = new Map<string, Compiled>();

	constructor(reading: Reading) {
		this.#reading = reading;
	}

	async do(job: Job): Promise<Results[Job['kind']]> {
		if (job.kind === 'sum') return this.#reading(job.org, (sql) => sum(sql, job));
		const compiled = this.#compile(job.query);
		if (job.kind === 'filter') return filter(job, compiled.matches);
		return this.#reading(job.org, (sql) => scan(sql, job, compiled));
	}

	#compile(text: string): Compiled {
		const known = this.#compiled.get(text);
		if (known) return known;
		const read = predicate.read(text);
		if (!read.ok) throw new Error(`not a query: ${text}`);
		const kept = { matches: read.matches, needs: needsOf(read.query) };
		this.#compiled.set(text, kept);
		const [oldest] = this.#compiled.keys();
		if (this.#compiled.size > mostKept && oldest !== undefined) this.#compiled.delete(oldest);
		return kept;
	}
}
