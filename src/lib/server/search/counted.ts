import { levels, severityOf } from '../../log/entry.ts';
import type { Level } from '../../log/entry.ts';
import * as predicate from '../../log/predicate.ts';
import type { Query } from '../../log/query.ts';
import { CorruptChunk } from '../logs/chunks/bytes.ts';
import * as counts from '../logs/chunks/counts.ts';
import type { Sql } from '../postgres/connect.ts';
import { copyOut } from '../postgres/copy.ts';
import { whereIs } from './fetch.ts';
import type { Summed, SumJob } from './job.ts';

/** Whether a query asks for levels and services alone, so that what a chunk has counted answers it. */
export function isCountable(term: Query): boolean {
	switch (term.kind) {
		case 'all':
		case 'level':
			return true;
		case 'equals':
			return term.field === 'service';
		case 'and':
		case 'or':
			return term.parts.every(isCountable);
		case 'not':
			return isCountable(term.part);
		default:
			return false;
	}
}

/** Adds up what some sealed chunks have counted, without reading a line. Bars begin and end with a minute. */
export async function sum(sql: Sql, job: SumJob): Promise<Summed> {
	const compiled = predicate.read(job.query);
	if (!compiled.ok) throw new Error(`not a query: ${job.query}`);
	const rows = copyOut(
		sql,
		`SELECT int8send(first_seq), int8send(last_seq), counts,
			convert_to(array_to_json(services)::text, 'UTF8')
		FROM log_chunks WHERE ${whereIs(job.org, job.chunks)} AND counts IS NOT NULL`
	);
	const adder = new Adder(job, compiled.matches);
	const damaged: string[] = [];
	const missing = new Set(job.chunks);
	const byNumber = new Map(job.chunks.map((chunk) => [chunk.first_seq, chunk]));
	for await (const [first, last, counts, services] of rows) {
		const chunk = byNumber.get(Number(first?.readBigInt64BE()));
		if (chunk?.last_seq !== Number(last?.readBigInt64BE()) || !counts || !services) continue;
		missing.delete(chunk);
		try {
			adder.add(counts, JSON.parse(services.toString('utf8')) as string[]);
		} catch (error) {
			if (!(error instanceof CorruptChunk)) throw error;
			damaged.push(`The counts of the chunk from line ${chunk.first_seq} on: it ${error.message}`);
		}
	}
	return { ...adder.result(), missing: [...missing], damaged };
}

class Adder {
	readonly #job: SumJob;
	readonly #matches: predicate.Predicate;
	/** By service: which levels match. */
	readonly #taken = new Map<string, boolean[]>();
	readonly #levels = new Map<Level, number>();
	readonly #services = new Map<string, number>();
	readonly #bars: Uint32Array;
	#matched = 0;
	#looked = 0;

	constructor(job: SumJob, matches: predicate.Predicate) {
		this.#job = job;
		this.#matches = matches;
		this.#bars = new Uint32Array(job.histogram.count * levels.length);
	}

	/** One chunk's counts, and the services that they number. */
	add(counted: Buffer, services: readonly string[]): void {
		const { from, to, histogram } = this.#job;
		const taken = services.map((service) => this.#takenOf(service));
		const byService = new Uint32Array(services.length);
		const byLevel = new Uint32Array(levels.length);
		counts.each(counted, (time, level, service, lines) => {
			this.#looked += lines;
			if (time < from || time >= to || !taken[service]?.[level]) return;
			byService[service] = (byService[service] as number) + lines;
			byLevel[level] = (byLevel[level] as number) + lines;
			this.#matched += lines;
			const bar = Math.floor((time - histogram.from) / histogram.width);
			if (bar < 0 || bar >= histogram.count) return;
			const at = bar * levels.length + level;
			this.#bars[at] = (this.#bars[at] as number) + lines;
		});
		services.forEach((service, index) => more(this.#services, service, byService[index] as number));
		levels.forEach((level, index) => more(this.#levels, level, byLevel[index] as number));
	}

	#takenOf(service: string): boolean[] {
		const known = this.#taken.get(service);
		if (known) return known;
		const takes = (level: Level) =>
			this.#matches({ severity: severityOf(level), service } as Parameters<predicate.Predicate>[0]);
		const taken = levels.map(takes);
		this.#taken.set(service, taken);
		return taken;
	}

	result(): Omit<Summed, 'missing' | 'damaged'> {
		const facets = new Map<string, Map<string, number>>([
			['level', this.#levels],
			['service', this.#services]
		]);
		return { histogram: this.#bars, facets, matched: this.#matched, looked: this.#looked };
	}
}

function more<Key>(counts: Map<Key, number>, key: Key, lines: number): void {
	if (lines > 0) counts.set(key, (counts.get(key) ?? 0) + lines);
}
