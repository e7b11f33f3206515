import * as priority from './priority.ts';
import * as rfc5424 from './rfc5424.ts';

/** The SD-ELEMENT that may hold an API key, with or without an enterprise number: `[tailrace@32473 key="tr_…"]`. */
const holder = /^tailrace(@\d+)?$/;

/** Whether an SD-ELEMENT is the one of the key, which is never stored. */
export const isHolder = (id: string): boolean => holder.test(id);

/** A header with structured data fits in these bytes, and the key should be near its beginning. */
const mostBytes = 8 * 1024;

/** The API key in a frame's structured data; null if there is none. */
export function read(frame: Buffer): string | null {
	const text = frame.toString('utf8', 0, Math.min(frame.length, mostBytes));
	if (!text.includes('[tailrace')) return null;
	const found = priority.read(text);
	const message = found && rfc5424.read(text, found, { zone: 'UTC', now: 0 });
	for (const { id, parameters } of message?.elements ?? []) {
		const key = isHolder(id) && parameters.find(([name]) => name === 'key');
		if (key) return key[1];
	}
	return null;
}
