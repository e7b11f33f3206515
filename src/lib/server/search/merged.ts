import { count } from './field-counts.ts';
import { FoundLine, type FoundLines } from './found.ts';
import type { Scanned, Summed, Values } from './job.ts';
import { compare, placeOf, type Place } from './order.ts';
import type { Asked } from './asked.ts';

/** What all the jobs of a search have found so far. */
export class Merged {
	readonly #asked: Asked;
	/** Lines that are not given yet, in order. */
	#kept: FoundLine[] = [];
	#given = 0;
	/** Whether lines were left out because there were enough. */
	#hasMore = false;
	#last: Place | null = null;
	#matched = 0;
	#looked = 0;
	#sampled = 0;
	readonly #histogram: Uint32Array | null;
	readonly #fields: Values | null;
	readonly #facets: Values | null;
	/** Chunks count no hosts: once what they have counted is added up, hosts are known of a sample only. */
	#hasAllHosts = true;

	constructor(asked: Asked) {
		this.#asked = asked;
		this.#histogram = asked.histogram && new Uint32Array(asked.histogram.count * 6);
		this.#fields = asked.fields === null ? null : new Map();
		this.#facets = asked.fields === null ? null : new Map();
	}

	/** The place of the last line that was given. */
	get last(): Place | null {
		return this.#last;
	}

	/** Whether as many lines were given as are wanted. */
	get isFull(): boolean {
		return this.#given === this.#asked.limit && this.#asked.limit > 0;
	}

	/** Where to go on if lines were left out; null if all were given. */
	get overflow(): Place | null {
		return this.#hasMore ? this.#last : null;
	}

	get sampled(): number {
		return this.#sampled;
	}

	/** Whether no line of this rank or below can be among the lines that are wanted. */
	isFullAbove(rank: number): boolean {
		const room = this.#asked.limit - this.#given;
		if (room <= 0) return true;
		const last = this.#kept[room - 1];
		return last !== undefined && last.rank > rank;
	}

	/** Notes that lines may match which are left out because there are enough. */
	leaveMore(): void {
		this.#hasMore = true;
	}

	/** Counts lines as looked at that cannot match. */
	leaveOut(lines: number): void {
		this.#looked += lines;
	}

	addSum({ matched, looked, histogram, facets }: Summed): void {
		this.#hasAllHosts &&= matched === 0;
		this.#hasMore ||= matched > 0;
		this.#count(matched, looked, histogram);
		merge(this.#facets, facets);
	}

	addScan({ lines, hasMore, matched, looked, histogram, fields, sampled, facets }: Scanned): void {
		this.#count(matched, looked, histogram);
		merge(this.#facets, facets);
		merge(this.#fields, fields);
		this.#sampled += sampled;
		this.#kept = this.#kept.concat(this.#placed(lines)).sort(compare);
		const room = this.#asked.limit - this.#given;
		this.#hasMore ||= hasMore || this.#kept.length > room;
		this.#kept.length = Math.min(this.#kept.length, room);
	}

	#placed(lines: FoundLines): FoundLine[] {
		const { order } = this.#asked;
		return Array.from(
			lines.seqs,
			(seq, index) => new FoundLine(lines, index, placeOf(order, lines.times[index] as number, seq))
		);
	}

	/** Takes the lines above a rank: no line found later can precede them. */
	takeUntil(rank: number): FoundLine[] {
		const end = this.#kept.findIndex((line) => line.rank <= rank);
		const taken = this.#kept.splice(0, end === -1 ? this.#kept.length : end);
		const last = taken.at(-1);
		if (last) this.#last = { rank: last.rank, tie: last.tie };
		this.#given += taken.length;
		return taken;
	}

	counted() {
		if (!this.#hasAllHosts) this.#facets?.delete('host');
		return {
			matched: this.#matched,
			looked: this.#looked,
			histogram: this.#histogram,
			fields: this.#fields,
			sampled: this.#sampled,
			facets: this.#facets
		};
	}

	#count(matched: number, looked: number, histogram: Uint32Array | null): void {
		this.#matched += matched;
		this.#looked += looked;
		const own = this.#histogram;
		if (own) histogram?.forEach((lines, bar) => (own[bar] = (own[bar] as number) + lines));
	}
}

function merge(into: Values | null, from: Values | null): void {
	if (!into || !from) return;
	for (const [field, values] of from) {
		for (const [value, lines] of values) count(into, field, value, lines);
	}
}
