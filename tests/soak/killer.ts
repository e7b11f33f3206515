import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from './fleet.ts';
import type { Plan } from './plan.ts';

/**
 * Ends servers and restarts PostgreSQL as planned. The first and the second server end by turns; the third lives to the end, so
 * that its memory can be judged over the whole run.
 */
export async function disturb(
	fleet: Fleet,
	{ kills, restarts }: Pick<Plan, 'kills' | 'restarts'>,
	signal: AbortSignal,
	say: (what: string) => void
): Promise<void> {
	const acts = [
		...kills.map(({ at, signal: how }, index) => ({
			at,
			what: `server ${1 + (index % 2)} ends (${how})`,
			act: () => fleet.replace(1 + (index % 2), how)
		})),
		...restarts.map(({ at, how }) => ({
			at,
			what: `PostgreSQL restarts (${how})`,
			act: () => fleet.restartPostgres(how)
		}))
	].sort((a, b) => a.at - b.at);
	const began = performance.now();
	for (const { at, what, act } of acts) {
		await sleep(Math.max(0, began + at - performance.now()), undefined, { signal }).catch(() => {});
		if (signal.aborted) return;
		say(what);
		await act();
	}
}
