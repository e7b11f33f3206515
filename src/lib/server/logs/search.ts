import type { Entry } from '../../log/entry.ts';
import type { LogStore } from './store.ts';

export type Matches = (entry: Entry) => boolean;

export interface Found {
	entries: Entry[];
	/** Where to go on reading in the same direction; null when there is nothing further. */
	next: number | null;
}

/** Lines of one read. */
const page = 1_000;
/** A search that has looked at this many lines answers with what it has and where to go on. */
const mostLooked = 200_000;

/** Lines of an organization that match, read page by page; the predicate has the last word on each. */
export function logSearch(store: LogStore) {
	/** At most `limit` matching lines before a `seq`, newest first. */
	function backward(
		org: string,
		wanted: { matches: Matches; before: number; limit: number }
	): Promise<Found> {
		return collect((cursor, limit) => store.before(org, cursor, limit), wanted.before, wanted);
	}

	/** At most `limit` matching lines after a `seq`, oldest first, and before another one if that is given. */
	function forward(
		org: string,
		wanted: { matches: Matches; after: number; before?: number | undefined; limit: number }
	): Promise<Found> {
		const { after, before = Infinity } = wanted;
		return collect((cursor, limit) => upTo(before, store.after(org, cursor, limit)), after, wanted);
	}

	return { backward, forward };
}

/** A page without what lies at `before` or after it. */
async function upTo(before: number, reading: Promise<{ items: Entry[]; more: boolean }>) {
	const { items, more } = await reading;
	const inside = items.filter(({ seq }) => seq < before);
	return { items: inside, more: more && inside.length === items.length };
}

async function collect(
	read: (cursor: number, limit: number) => Promise<{ items: Entry[]; more: boolean }>,
	start: number,
	{ matches, limit }: { matches: Matches; limit: number }
): Promise<Found> {
	const entries: Entry[] = [];
	let cursor = start;
	for (let looked = 0; looked < mostLooked;) {
		const { items, more } = await read(cursor, page);
		for (const entry of items) {
			cursor = entry.seq;
			if (matches(entry)) entries.push(entry);
			if (entries.length === limit) return { entries, next: cursor };
		}
		if (!more) return { entries, next: null };
		looked += items.length;
	}
	return { entries, next: cursor };
}
