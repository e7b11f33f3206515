import type { Entry } from '../../log/entry.ts';
import type { Predicate } from '../../log/predicate.ts';
import type { FilterJob } from './job.ts';

/** Which of some lines match, by index. */
export function filter({ lines }: FilterJob, matches: Predicate): number[] {
	return lines.flatMap((line, index) => (matches(JSON.parse(line) as Entry) ? [index] : []));
}
