import { describe, expect, test } from 'vitest';
import { lines, Socket, Words, type Word } from '../../../../tests/support/logs/stream.ts';
import { CatchUp } from './catch-up.ts';
import type { Reader, View } from './lane.ts';
import { Recent } from './recent.ts';

/** A filter that looks only at the newer half of what it gets, and wants even numbers. */
function hasty(window: number | null): View<Word> {
	const isEven = ({ cursor }: Word) => cursor % 2 === 0;
	return {
		...{ key: 'hasty', matches: isEven, format: lines, window },
		pick: async (items) => {
			const unseen = Math.floor(items.length / 2);
			return { unseen, matching: items.slice(unseen).filter(isEven) };
		}
	};
}

async function caughtUp(window: number | null): Promise<string[]> {
	const source = new Words();
	source.append(...Array.from({ length: 100 }, (_, index) => `w${index + 1}`));
	const socket = new Socket();
	const reader: Reader<Word> = { view: hasty(window), sink: socket.sink, cursor: 0 };
	const failed = (error: unknown) => expect.fail(String(error));
	const catchUp = new CatchUp(source, new Recent<Word>(100), { sent() {}, failed });
	await Promise.all([catchUp.run(reader, () => 100), socket.until((text) => text.includes('w100\n'))]);
	expect(reader.cursor).toBe(100);
	return socket.text.split('\n').filter(Boolean);
}

const even = (from: number) =>
	Array.from({ length: 100 }, (_, index) => index + 1)
		.filter((n) => n >= from && n % 2 === 0)
		.map((n) => `w${n}`);

describe('a reader behind, with a filter that cannot look at every line', () => {
	test('is told which lines it did not look at, and gets the others', async () => {
		expect(await caughtUp(null)).toEqual(['?50:1-50', ...even(51)]);
	});

	test('is told so too where only the newest matches are wanted', async () => {
		expect(await caughtUp(10)).toEqual(['?50:1-50', '-15:52-80', ...even(82)]);
	});
});
