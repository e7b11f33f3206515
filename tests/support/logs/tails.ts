import type { View } from '../../../src/lib/server/tail/lane.ts';
import { Tail } from '../../../src/lib/server/tail/tail.ts';
import { lines, type Word, type Words } from './stream.ts';

/** What a reader sees who sees everything. */
export const all: View<Word> = { key: 'all', matches: () => true, format: lines, window: null };
export const numbered = (count: number, from = 1) =>
	Array.from({ length: count }, (_, index) => `w${from + index}`);

/** A tail, what it says that it sent, and its failures. */
export function tailOf(words: Words, position = words.all.length) {
	const sent = { lines: 0, skipped: 0 };
	const failures: unknown[] = [];
	const tail = new Tail(words, position, {
		sent(count, skipped) {
			sent.lines += count;
			sent.skipped += skipped;
		},
		failed: (error) => void failures.push(error)
	});
	return { tail, sent, failures };
}
