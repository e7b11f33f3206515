import { describe, expect, test } from 'vitest';
import { lines, type Word } from '../../../../tests/support/logs/stream.ts';
import { encode, Lane, type View } from './lane.ts';

const cursorOf = ({ cursor }: Word) => cursor;
const numbered = (count: number, from = 1): Word[] =>
	Array.from({ length: count }, (_, index) => ({ cursor: from + index, word: `w${from + index}` }));
const view = (options: Partial<View<Word>> = {}): View<Word> => ({
	key: '',
	matches: () => true,
	format: lines,
	window: null,
	...options
});
const textOf = (encoded: { bytes: Uint8Array } | null) =>
	encoded === null ? null : new TextDecoder().decode(encoded.bytes);

describe('a stretch', () => {
	test('without a window is sent whole', async () => {
		const encoded = encode(view(), numbered(3), cursorOf);
		expect(textOf(encoded)).toBe('w1\nw2\nw3\n');
		expect(encoded).toMatchObject({ lines: 3, skipped: 0 });
	});

	test('longer than the window begins with what was left out, and where', async () => {
		const encoded = encode(view({ window: 2 }), numbered(5, 11), cursorOf);
		expect(textOf(encoded)).toBe('-3:11-13\nw14\nw15\n');
		expect(encoded).toMatchObject({ lines: 2, skipped: 3 });
	});

	test('as long as the window is sent whole', async () => {
		expect(textOf(encode(view({ window: 5 }), numbered(5), cursorOf))).toBe('w1\nw2\nw3\nw4\nw5\n');
	});
});

describe('a lane', () => {
	test('sends what matches and nothing else', async () => {
		const lane = new Lane(view({ matches: ({ cursor }) => cursor % 2 === 0 }));
		expect(textOf(await lane.encode(numbered(5), 5, cursorOf))).toBe('w2\nw4\n');
	});

	test('is silent over a short stretch in which nothing matches, and moves the cursor past a thousand', async () => {
		const lane = new Lane(view({ matches: () => false }));
		expect(await lane.encode(numbered(999), 999, cursorOf)).toBeNull();
		const moved = await lane.encode(numbered(1, 1_000), 1_000, cursorOf);
		expect(textOf(moved)).toBe('@1000\n');
		expect(moved).toMatchObject({ lines: 0, skipped: 0 });
		expect(await lane.encode(numbered(999, 1_001), 1_999, cursorOf)).toBeNull();
	});

	test('counts a quiet stretch from the last line it sent', async () => {
		const lane = new Lane(view({ matches: ({ cursor }) => cursor === 600 }));
		expect(await lane.encode(numbered(599), 599, cursorOf)).toBeNull();
		expect(textOf(await lane.encode(numbered(1, 600), 600, cursorOf))).toBe('w600\n');
		expect(await lane.encode(numbered(999, 601), 1_599, cursorOf)).toBeNull();
		expect(textOf(await lane.encode(numbered(1, 1_600), 1_600, cursorOf))).toBe('@1600\n');
	});
});
