import type { View } from '$server/tail/lane';
import type { Line } from '$server/logs/source';
import type { Accepted } from '../parameters';
import { formatFor } from './format';

/**
 * What a request wants to see, and how. A function of its own, because a closure keeps its surroundings: within the endpoint
 * that would be the request, for as long as the stream lasts.
 */
export function viewOf(
	{ matches, key, isAll }: Accepted,
	accept: string | null,
	window: number | null
): View<Line> {
	const format = formatFor(accept);
	return {
		key: `${format.contentType} ${window} ${key}`,
		matches: ({ entry }) => matches(entry),
		isAll,
		format,
		window
	};
}
