/** What a stream of lines brings: rows, and how far it is with catching up. */
import * as digits from '../log/digits.ts';
import type { Entry } from '../log/entry.ts';
import * as lines from './lines.ts';
import type { SseEvent } from '../log/sse.ts';

/** Throws if the data is not JSON: the server is ours, so that is a bug and not a line to skip. */
export function rowsOf(events: readonly SseEvent[]): lines.Row[] {
	return events.flatMap(rowOf);
}

/** The part of the way to the newest line that has been searched, 0 to 1; null once lines come as they arrive. */
export function progressOf(events: readonly SseEvent[]): number | null {
	const last = events.at(-1);
	if (last?.type !== 'progress' || last.data === null) return null;
	const { done } = JSON.parse(last.data) as { done: number };
	return done < 1 ? done : null;
}

function rowOf({ type, data }: SseEvent): lines.Row[] {
	if (data === null) return [];
	if (type === 'message') return [digits.parse(data) as Entry];
	if (type !== 'skipped' && type !== 'unseen') return [];
	const { count, from, to } = JSON.parse(data) as lines.Skipped;
	return [{ ...lines.skipped(count, from, to), ...(type === 'unseen' && { isUnseen: true as const }) }];
}
