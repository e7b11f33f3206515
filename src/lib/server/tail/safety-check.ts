import { setTimeout as sleep } from 'node:timers/promises';

/** How long a notification may take before its head counts as missed, in ms. */
const grace = 500;

/**
 * Wakes every topic whose head has moved although its tail has not, and returns how many there were. One query serves all
 * topics; a notification that is only late is not counted.
 */
export async function check(
	tails: { positions(): ReadonlyMap<string, number> },
	headsOf: (topics: string[]) => Promise<Map<string, number>>,
	wake: (topic: string) => void
): Promise<number> {
	const topics = [...tails.positions().keys()];
	if (topics.length === 0) return 0;
	const heads = await headsOf(topics);
	await sleep(grace);
	const positions = tails.positions();
	const missed = topics.filter((topic) => (positions.get(topic) ?? Infinity) < (heads.get(topic) ?? 0));
	missed.forEach(wake);
	return missed.length;
}
