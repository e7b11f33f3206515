import * as digits from '../../log/digits.ts';
import type { Entry } from '../../log/entry.ts';
import type { Predicate } from '../../log/predicate.ts';
import type { Filtered, FilterJob } from './job.ts';

/** Which of some lines match, and how long that took: the newest are looked at first, one at least. */
export function filter({ lines, patience }: FilterJob, matches: Predicate): Filtered {
	const began = performance.now();
	const indexes: number[] = [];
	let unseen = lines.length;
	for (let ms = 0; unseen > 0 && ms < patience; ms = performance.now() - began) {
		unseen--;
		if (matches(digits.parse(lines[unseen] ?? '') as Entry)) indexes.push(unseen);
	}
	return { indexes: indexes.reverse(), unseen, ms: performance.now() - began };
}
