import { barsFor } from '$server/search/bars';
import type { Buckets } from '$server/search/job';
import type { Asked } from '$server/search/asked';

/** A histogram of a search, and the times that it is about. */
export interface Bars {
	histogram: Buckets;
	from: number;
	to: number;
}

/** Bars for a search. Where it has no beginning, they begin with the oldest day of which lines are kept; without an end, now. */
export async function withBars({ overview }: App.Locals['app'], asked: Asked, most: number): Promise<Bars> {
	const { org, from, to } = asked;
	const begins = Number.isFinite(from) ? from : await overview.firstDay(org);
	const ends = Number.isFinite(to) ? to : Math.max(begins, Date.now());
	return { from, to, histogram: barsFor(begins, ends, most) };
}
