import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Socket, Words, type Word } from '../../../../tests/support/logs/stream.ts';
import { all, numbered, tailOf } from '../../../../tests/support/logs/tails.ts';
import type { View } from './lane.ts';

describe('a window', () => {
	const windowed = (window: number): View<Word> => ({ ...all, key: `w${window}`, window });

	test('leaves out the oldest of what lies ahead and says how many and where', async () => {
		const words = new Words();
		words.append(...numbered(5_000));
		const { tail, sent } = tailOf(words);
		const socket = new Socket();
		tail.join(windowed(10), socket.sink, 100);
		expect(await socket.words(11)).toEqual(['-4890:101-4990', ...numbered(10, 4991)]);
		expect(sent.skipped).toBe(4_890);
	});

	test('leaves out a night without reading it, when nothing is filtered', async () => {
		const words = new Words();
		for (let n = 1; n <= 1_000_000; n++) words.append(`w${n}`);
		const { tail } = tailOf(words);
		const socket = new Socket();
		tail.join({ ...windowed(500), isAll: true }, socket.sink, 100);
		expect(await socket.words(501)).toEqual(['-999400:101-999500', ...numbered(500, 999_501)]);
		expect(words.reads).toBeLessThan(5);
	});

	test('counts only what matches', async () => {
		const words = new Words();
		words.append(...numbered(5_000));
		const { tail } = tailOf(words);
		const socket = new Socket();
		const even = (word: Word) => word.cursor % 2 === 0;
		tail.join({ ...windowed(10), matches: even }, socket.sink, 0);
		expect((await socket.words(11))[0]).toBe('-2490:2-4980');
	});

	test('says how far it is while a filter takes long', async () => {
		const words = new Words();
		words.append(...numbered(20_000));
		const { tail } = tailOf(words);
		const socket = new Socket();
		const now = vi.spyOn(performance, 'now');
		onTestFinished(() => now.mockRestore());
		let ms = 0;
		now.mockImplementation(() => ms);
		const slow = (word: Word) => ((ms += 1 / 8), word.cursor % 1_000 === 0);
		tail.join({ ...windowed(5), matches: slow }, socket.sink, 0);
		expect(await socket.until((text) => text.includes('w20000'))).toMatch(
			/^%0\.4\n%0\.8\n-15:1000-15000\nw16000\n/
		);
	});

	test('leaves out nothing when everything fits', async () => {
		const words = new Words();
		words.append(...numbered(10));
		const { tail } = tailOf(words);
		const socket = new Socket();
		tail.join(windowed(10), socket.sink, 0);
		expect(await socket.words(10)).toEqual(numbered(10));
	});
});
