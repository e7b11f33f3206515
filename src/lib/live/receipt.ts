/** How long after its own time a line was received, in words. */
import type { Entry } from '../log/entry.ts';
import * as duration from './duration.ts';

/** `received immediately`, `received 28 h later`; `received 2 min earlier` if the sender's clock is ahead. */
export function of({ time, received_at }: Pick<Entry, 'time' | 'received_at'>): string {
	const late = Date.parse(received_at) - Date.parse(time);
	if (late === 0) return 'received immediately';
	return `received ${duration.rough(Math.abs(late))} ${late > 0 ? 'later' : 'earlier'}`;
}
