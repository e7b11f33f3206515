/** Up to here, in ms, a clock counts as right. */
const tolerance = 2_000;

/** A rate as people read it: "0", "0.4", "12", "1,840". */
export function rateOf(perSecond: number): string {
	return perSecond.toLocaleString('en', { maximumFractionDigits: perSecond < 10 ? 1 : 0 });
}

/** How far a server's live views are behind what is stored. */
export function behindOf(ms: number): string {
	return ms < 1_000 ? 'up to date' : `behind by ${durationOf(ms)}`;
}

/** What is wrong with a server's clock, compared with the database's; null if nothing is. */
export function clockOf(aheadMs: number): string | null {
	if (Math.abs(aheadMs) <= tolerance) return null;
	return `clock ${durationOf(Math.abs(aheadMs))} ${aheadMs > 0 ? 'fast' : 'slow'}`;
}

function durationOf(ms: number): string {
	const seconds = ms / 1_000;
	if (seconds < 10) return `${seconds.toLocaleString('en', { maximumFractionDigits: 1 })} s`;
	if (seconds < 120) return `${Math.round(seconds)} s`;
	const minutes = Math.round(seconds / 60);
	return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
