import type { View } from '$server/tail/lane';
import type { Line } from '$server/logs/source';
import { isSlow, type LiveFilters } from '$server/search/live';
import type { Accepted } from '../parameters';
import { formatFor } from './format';

/**
 * What a request wants to see, and how. A function of its own, because a closure keeps its surroundings: within the endpoint
 * that would be the request, for as long as the stream lasts.
 */
export function viewOf(
	{ matches, key, isAll, query, text }: Accepted,
	accept: string | null,
	window: number | null,
	{ org, filters }: { org: string; filters: LiveFilters }
): View<Line> {
	const format = formatFor(accept);
	const slow = isSlow(query) ? filters.of(org, { key, text }) : null;
	return {
		key: `${format.contentType} ${window} ${key}`,
		matches: ({ entry }) => matches(entry),
		isAll,
		...(slow && { pick: (lines: readonly Line[]) => slow.pick(lines) }),
		format,
		window
	};
}
