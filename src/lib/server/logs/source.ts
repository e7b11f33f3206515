import type { Entry } from '../../log/entry.ts';
import * as printable from '../../log/printable.ts';
import type { LogStore } from './store.ts';

/** A line on its way to the readers. Its JSON is made once, for all of them. */
export interface Line {
	entry: Entry;
	json: string;
}

/** The source of a topic `logs:<org>`: that organization's lines, with `seq` as the cursor. */
export function logSource(store: LogStore, org: string, onread: (ms: number) => void) {
	return {
		head: () => store.head(org),
		async after(seq: number, limit: number) {
			const started = performance.now();
			const { items, more } = await store.after(org, seq, limit);
			onread(performance.now() - started);
			return { items: items.map(line), more };
		},
		cursorOf: ({ entry }: Line) => entry.seq,
		/** Text and parsed entry, roughly, at two bytes a character. */
		bytesOf: ({ json }: Line) => 4 * json.length
	};
}

export const line = (entry: Entry): Line => ({ entry, json: printable.json(entry) });

export const topicOf = (org: string) => `logs:${org}`;
export const orgOf = (topic: string) => topic.slice('logs:'.length);
