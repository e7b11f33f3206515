import type { ListedEvent, Mark } from './events.ts';
import type { AuditFilter, AuditQuery } from './filter.ts';
import { SearchQueue } from './search-queue.ts';

export interface AuditPage<Event> {
	/** Newest first. */
	events: Event[];
	/** The `before` that continues the list; null at its end. */
	next: string | null;
	/** Why a search may show too little, and what to do; null: it shows everything. */
	notice: string | null;
}

/** Whose events, and how they are read. */
export interface EventReader<Event> {
	owner: string;
	/** At most `most` matches, newest first, none older than the mark. */
	read(wanted: AuditQuery, most: number, mark?: Mark | null): Promise<Event[]>;
	/** The last of the next `count`, matching or not; null: there are fewer. */
	mark(wanted: AuditQuery, count: number): Promise<Mark | null>;
}

export interface Bounds {
	/** Events that a search scans with one statement. */
	stride: number;
	/** After this many ms a search shows what it has found. */
	patience: number;
}

/** Shown in place of one search too many. */
export const busy = 'Too many audit searches are running. Try again in a moment.';

/**
 * A search scans one stretch of events after another, newest first, each in a turn of its own. So every statement is short, a
 * further search and the others wait equally long, and a search ends soon after its client.
 */
export class Search {
	readonly #bounds: Bounds;
	readonly #queue = new SearchQueue();

	constructor(bounds: Bounds = { stride: 10_000, patience: 5_000 }) {
		this.#bounds = bounds;
	}

	/** Whether this filter may have to scan many events while too many other searches are under way. */
	isRefused(owner: string, filter: AuditFilter): boolean {
		return isSearch(filter) && this.#queue.isFull(owner);
	}

	/** A page of at most `limit` events; if the signal is aborted, of those found so far. */
	async page<Event extends ListedEvent>(
		source: EventReader<Event>,
		wanted: AuditQuery,
		limit: number,
		signal?: AbortSignal
	): Promise<AuditPage<Event>> {
		if (!isSearch(wanted)) return pageOf(await source.read(wanted, limit + 1), limit);
		return this.#queue.during(source.owner, () => this.#look(source, wanted, limit, signal));
	}

	async #look<Event extends ListedEvent>(
		source: EventReader<Event>,
		wanted: AuditQuery,
		limit: number,
		signal?: AbortSignal
	): Promise<AuditPage<Event>> {
		const endsAt = performance.now() + this.#bounds.patience;
		const found: Event[] = [];
		let { before } = wanted;
		for (;;) {
			const rest = { ...wanted, before };
			const mark = await this.#queue.run(async () => {
				if (signal?.aborted) return null;
				const mark = await source.mark(rest, this.#bounds.stride);
				found.push(...(await source.read(rest, limit + 1 - found.length, mark)));
				return mark;
			});
			if (mark === null || found.length > limit) return pageOf(found, limit);
			if (performance.now() >= endsAt) return { events: found, next: mark.id, notice: cameTo(mark) };
			before = mark.id;
		}
	}
}

/** An index finds days and pages, but not words and actions. */
const isSearch = ({ q, action }: AuditFilter) => q !== undefined || action !== undefined;

function pageOf<Event extends ListedEvent>(found: Event[], limit: number): AuditPage<Event> {
	const events = found.slice(0, limit);
	return { events, next: found.length > limit ? (events.at(-1)?.id ?? null) : null, notice: null };
}

function cameTo({ at }: Mark): string {
	const time = at.toISOString().slice(0, 16).replace('T', ' ');
	return `This search is slow: it has come to ${time} UTC. Continue with "Older", or narrow it down by days or action.`;
}
