import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { lines, Socket, Words, type Word } from '../../../../tests/support/logs/stream.ts';
import { all, numbered, tailOf } from '../../../../tests/support/logs/tails.ts';

describe('a reader at the tip', () => {
	test('gets every item once, in order, however often the tail is woken', async () => {
		const words = new Words();
		const { tail } = tailOf(words);
		const socket = new Socket();
		tail.join(all, socket.sink, 0);
		for (let index = 1; index <= 50; index++) {
			words.append(`w${index}`);
			tail.wake();
			if (index % 3 === 0) tail.wake();
		}
		expect(await socket.words(50)).toEqual(numbered(50));
	});

	test('gets what a lost wake-up announced with the next one', async () => {
		const words = new Words();
		const { tail } = tailOf(words);
		const socket = new Socket();
		tail.join(all, socket.sink, 0);
		words.append('lost');
		words.append('heard');
		tail.wake();
		expect(await socket.words(2)).toEqual(['lost', 'heard']);
	});

	test('is served at once after a quiet spell, and shares reads that take long among commits that follow one another', async () => {
		vi.useFakeTimers({ toFake: ['performance'] });
		onTestFinished(() => void vi.useRealTimers());
		vi.advanceTimersByTime(1_000);
		const words = new Words();
		const { tail } = tailOf(words);
		const socket = new Socket();
		tail.join(all, socket.sink, 0);
		const append = (word: string) => {
			words.append(word);
			tail.wake();
		};

		append('first');
		expect(words.reads).toBe(1);
		vi.advanceTimersByTime(5); // so long did it take
		await socket.words(1);
		await nextTurn(); // by when its round has ended
		append('second');
		append('third');
		expect(words.reads).toBe(1);
		expect(await socket.words(3)).toEqual(['first', 'second', 'third']);
		expect(words.reads).toBe(2);

		await nextTurn();
		vi.advanceTimersByTime(1);
		append('fourth'); // the read before took no time
		expect(words.reads).toBe(3);
		expect(await socket.words(4)).toContain('fourth');
	});

	test('gets nothing more after it left', async () => {
		const words = new Words();
		const { tail } = tailOf(words);
		const [gone, here] = [new Socket(), new Socket()];
		const leave = tail.join(all, gone.sink, 0);
		tail.join(all, here.sink, 0);
		leave();
		leave();
		words.append('later');
		tail.wake();
		await here.words(1);
		gone.sink.close();
		await expect(gone.words(1)).rejects.toThrow('The stream ended');
		expect(tail.readers).toBe(1);
	});

	test('is told where it stands by a heartbeat', async () => {
		const words = new Words();
		words.append('old');
		const { tail } = tailOf(words);
		const socket = new Socket();
		tail.join(all, socket.sink, 1);
		tail.heartbeat();
		expect(await socket.until((text) => text.includes('\n'))).toBe('@1\n');
	});
});

describe('a reader behind the tip', () => {
	test('gets everything after its cursor, and then what is new', async () => {
		const words = new Words();
		words.append(...numbered(1_000));
		const { tail } = tailOf(words);
		const socket = new Socket();
		tail.join(all, socket.sink, 250);
		words.append('new');
		tail.wake();
		expect(await socket.words(751)).toEqual([...numbered(750, 251), 'new']);
	});

	test('costs no read when its cursor is among the newest items', async () => {
		const words = new Words();
		const { tail } = tailOf(words);
		const first = new Socket();
		tail.join(all, first.sink, 0);
		words.append(...numbered(10));
		tail.wake();
		await first.words(10);
		const before = words.reads;
		const second = new Socket();
		tail.join(all, second.sink, 4);
		expect(await second.words(6)).toEqual(numbered(6, 5));
		expect(words.reads).toBe(before);
	});

	test('shares its read with others at the same place', async () => {
		const words = new Words();
		words.append(...numbered(100));
		const { tail } = tailOf(words);
		const sockets = Array.from({ length: 20 }, () => new Socket());
		for (const socket of sockets) tail.join(all, socket.sink, 0);
		for (const socket of sockets) expect(await socket.words(100)).toEqual(numbered(100));
		expect(words.reads).toBeLessThan(5);
	});

	test('is moved past a stretch that is not for it', async () => {
		const words = new Words();
		words.append(...numbered(500));
		const { tail } = tailOf(words);
		const socket = new Socket();
		tail.join({ ...all, key: 'none', matches: () => false }, socket.sink, 0);
		expect(await socket.until((text) => text.includes('@500\n'))).toBe('@200\n@400\n@500\n');
	});

	test('waits for the tail when another instance has shown it more', async () => {
		const words = new Words();
		words.append('one', 'two', 'three');
		const { tail } = tailOf(words, 1);
		const socket = new Socket();
		tail.join(all, socket.sink, 2);
		tail.wake();
		expect(await socket.words(1)).toEqual(['three']);
	});
});

describe('a reader that does not read', () => {
	test('is not buffered for, delays nobody and misses nothing', async () => {
		const words = new Words();
		const { tail, sent } = tailOf(words);
		const [stalled, swift] = [new Socket(), new Socket()];
		tail.join(all, stalled.sink, 0);
		tail.join(all, swift.sink, 0);
		const big = Array.from({ length: 400 }, (_, index) => `${index}:${'x'.repeat(1_000)}`);
		for (const word of big) {
			words.append(word);
			tail.wake();
			await swift.until((text) => text.endsWith(`${word}\n`));
		}
		expect(sent.lines).toBeLessThan(600); // 400 for the swift one, about 64 of a kilobyte for the other
		expect(await stalled.words(400)).toEqual(big);
	});
});

test('readers with equal views share one encoding of each item', async () => {
	const words = new Words();
	const { tail } = tailOf(words);
	let encoded = 0;
	const format = { ...lines, item: (word: Word) => (encoded++, lines.item(word, word.cursor)) };
	const sockets = Array.from({ length: 50 }, () => new Socket());
	for (const socket of sockets) tail.join({ ...all, format }, socket.sink, 0);
	words.append('once');
	tail.wake();
	for (const socket of sockets) await socket.words(1);
	expect(encoded).toBe(1);
});

test('a read that fails is reported and tried again', async () => {
	const words = new Words();
	const { tail, failures } = tailOf(words);
	const socket = new Socket();
	tail.join(all, socket.sink, 0);
	words.faults.push(new Error('away'));
	words.append('after all');
	tail.wake();
	expect(await socket.words(1)).toEqual(['after all']);
	expect(failures).toHaveLength(1);
});

test('any order of appends, wake-ups, joins and reading gives each reader exactly what lies after its cursor', async () => {
	const step = fc.oneof(
		fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 300 }) }),
		fc.record({ kind: fc.constant('wake' as const) }),
		fc.record({ kind: fc.constant('join' as const), back: fc.nat(400), odd: fc.boolean() }),
		fc.record({ kind: fc.constant('turn' as const) })
	);
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
			const words = new Words();
			const { tail } = tailOf(words);
			const readers: { socket: Socket; cursor: number; odd: boolean }[] = [];
			for (const step of steps) {
				if (step.kind === 'append') words.append(...numbered(step.count, words.all.length + 1));
				if (step.kind === 'wake') tail.wake();
				if (step.kind === 'turn') await new Promise((resolve) => setImmediate(resolve));
				if (step.kind !== 'join') continue;
				const reader = {
					socket: new Socket(),
					cursor: Math.max(0, tail.position - step.back),
					odd: step.odd
				};
				const matches = step.odd ? ({ cursor }: Word) => cursor % 2 === 1 : () => true;
				tail.join({ ...all, key: String(step.odd), matches }, reader.socket.sink, reader.cursor);
				readers.push(reader);
			}
			tail.wake();
			for (const { socket, cursor, odd } of readers) {
				const expected = words.all.filter((word) => word.cursor > cursor && (!odd || word.cursor % 2 === 1));
				expect(await socket.words(expected.length)).toEqual(expected.map(({ word }) => word));
			}
		}),
		{ numRuns: 60 }
	);
});
