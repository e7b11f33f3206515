import type { Line } from '../logs/chunks/line.ts';
import type { LogStore } from '../logs/store.ts';
import type { Answer, Asked } from './asked.ts';
import { placeOf } from './order.ts';

/** Whether all lines are wanted in the order of their numbers: then nothing is searched, and the store has them at hand. */
export function isPlain({ query, order, from, to, after, limit, histogram, fields }: Asked): boolean {
	const isEverything = query.kind === 'all' && from === -Infinity && to === Infinity;
	const isCounting = histogram !== null || fields !== null;
	return isEverything && order.by === 'seq' && after === null && limit < Infinity && !isCounting;
}

/** The lines of such a search. */
export async function read(store: LogStore, asked: Asked): Promise<Answer> {
	const { org, order, first, last, limit } = asked;
	const found: Line[] = [];
	let isOver = false;
	let cursor = order.newestFirst ? Math.min(last, Number.MAX_SAFE_INTEGER - 1) + 1 : first - 1;
	while (found.length < limit && !isOver) {
		const rest = limit - found.length;
		const page = await (order.newestFirst ? store.before : store.after)(org, cursor, rest);
		const inside = page.items.filter(({ seq }) => seq >= first && seq <= last);
		found.push(...inside);
		isOver = !page.more || inside.length < page.items.length;
		cursor = page.items.at(-1)?.seq ?? cursor;
	}
	const end = found.at(-1);
	// Where the page ended exactly at a bound, the next one is empty.
	const isLast = isOver || end?.seq === (order.newestFirst ? first : last);
	return {
		...{ kind: 'done', isComplete: true, frontier: -Infinity, histogram: null, fields: null, facets: null },
		lines: found.map(({ seq, json, entry }) => ({ seq, json, time: Date.parse(entry.time) })),
		next: end && !isLast ? placeOf(order, 0, end.seq) : null,
		matched: found.length,
		looked: found.length,
		sampled: 0,
		counted: []
	};
}
