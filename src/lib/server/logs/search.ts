import type { Entry } from '../../log/entry.ts';
import type { Line } from './chunks/line.ts';
import type { Page } from './reader.ts';
import type { LogStore } from './store.ts';

export type Matches = (entry: Entry) => boolean;

export interface Found {
	lines: Line[];
	/** Where to continue in the same direction; null at the end. */
	next: number | null;
}

/** Lines per read. */
const page = 1_000;
/** After looking at this many lines, a search answers with what it has and where to continue. */
const mostLooked = 200_000;

/** An organization's matching lines, read page by page; the predicate has the last word on each. */
export function logSearch(store: LogStore) {
	/** At most `limit` matching lines before a `seq`, newest first, and after another one if given. */
	function backward(
		org: string,
		wanted: { matches: Matches; before: number; after?: number; limit: number }
	): Promise<Found> {
		const inside = ({ seq }: Line) => seq > (wanted.after ?? -Infinity);
		return collect(
			(cursor, limit) => within(inside, store.before(org, cursor, limit)),
			wanted.before,
			wanted
		);
	}

	/** At most `limit` matching lines after a `seq`, oldest first, and before another one if given. */
	function forward(
		org: string,
		wanted: { matches: Matches; after: number; before?: number | undefined; limit: number }
	): Promise<Found> {
		const { after, before = Infinity } = wanted;
		const inside = ({ seq }: Line) => seq < before;
		return collect((cursor, limit) => within(inside, store.after(org, cursor, limit)), after, wanted);
	}

	return { backward, forward };
}

/** A page up to the end of the requested range, where the search ends too. */
async function within(inside: (line: Line) => boolean, reading: Promise<Page>) {
	const { items, more } = await reading;
	const kept = items.filter(inside);
	return { items: kept, more: more && kept.length === items.length };
}

async function collect(
	read: (cursor: number, limit: number) => Promise<Page>,
	start: number,
	{ matches, limit }: { matches: Matches; limit: number }
): Promise<Found> {
	const lines: Line[] = [];
	let cursor = start;
	for (let looked = 0; looked < mostLooked;) {
		const { items, more } = await read(cursor, page);
		for (const line of items) {
			cursor = line.seq;
			if (matches(line.entry)) lines.push(line);
			if (lines.length === limit) return { lines, next: cursor };
		}
		if (!more) return { lines, next: null };
		looked += items.length;
	}
	return { lines, next: cursor };
}
