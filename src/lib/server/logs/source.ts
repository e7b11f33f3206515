import type * as lines from './chunks/line.ts';
import type { LogStore } from './store.ts';

/** A line on its way to its readers. */
export type Line = Pick<lines.Line, 'seq' | 'size' | 'json' | 'entry'>;

/** The source of a topic `logs:<org>`: that organization's lines, with `seq` as the cursor. */
export function logSource(store: LogStore, org: string, onread: (ms: number) => void) {
	return {
		head: () => store.head(org),
		async after(seq: number, limit: number) {
			const started = performance.now();
			const page = await store.after(org, seq, limit);
			onread(performance.now() - started);
			return page;
		},
		isDense: true,
		cursorOf: ({ seq }: Line) => seq,
		/** Text and parsed entry, roughly, at two bytes a character. */
		bytesOf: ({ size }: Line) => 4 * size
	};
}

export const topicOf = (org: string) => `logs:${org}`;
export const orgOf = (topic: string) => topic.slice('logs:'.length);
