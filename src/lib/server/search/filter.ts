import * as digits from '../../log/digits.ts';
import type { Entry } from '../../log/entry.ts';
import type { Predicate } from '../../log/predicate.ts';
import type { Filtered, FilterJob } from './job.ts';

/** Which of some lines match, and how long that took. */
export function filter({ lines }: FilterJob, matches: Predicate): Filtered {
	const began = performance.now();
	const indexes = lines.flatMap((line, index) => (matches(digits.parse(line) as Entry) ? [index] : []));
	return { indexes, ms: performance.now() - began };
}
