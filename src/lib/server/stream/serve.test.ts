import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { lines, Words, type Word } from '../../../../tests/support/logs/stream.ts';
import type { View } from '../tail/lane.ts';
import { bus } from '../bus/bus.ts';
import { serve } from './serve.ts';
import { sse } from './sse.ts';
import { Streams, type End } from './streams.ts';
import { Tails } from '../tail/tails.ts';

const cursorOf = ({ cursor }: Word) => cursor;
const events: View<Word> = {
	key: 'all',
	matches: () => true,
	format: sse(({ word }) => JSON.stringify(word)),
	window: null
};

function serving(...words: string[]) {
	const source = new Words();
	source.append(...words);
	const wakes = bus();
	const failures: unknown[] = [];
	const failed = (error: unknown) => void failures.push(error);
	const revoked = new Map<string, End>();
	const streams = new Streams<string>(wakes, {
		most: 10,
		findAllRevoked: () => Promise.resolve(new Map([['acme', revoked]])),
		failed
	});
	const tails = new Tails<Word>(wakes, () => source, { sent() {}, failed });
	onTestFinished(() => tails.close());
	return { source, wakes, revoked, streams, tails, failures };
}

type Serving = ReturnType<typeof serving>;

async function open(parts: Serving, options: Partial<Parameters<typeof serve<Word, string>>[2]> = {}) {
	const stream = { topic: 'words', org: 'acme', credential: 'ann', view: events, cursor: null, ...options };
	const response = await serve(parts, cursorOf, stream);
	const reader = response.body!.getReader();
	let text = '';
	/** Reads until the text read ends as expected, or to the end of the stream. */
	async function until(end?: string): Promise<string> {
		while (end === undefined || !text.endsWith(end)) {
			const { value, done } = await reader.read();
			if (done) break;
			text += new TextDecoder().decode(value);
		}
		return text;
	}
	return { response, until, cancel: () => reader.cancel() };
}

describe('a stream', () => {
	test('says that it is connected before there is anything to send', async () => {
		const { until, response } = await open(serving());
		expect(response.headers.get('content-type')).toBe('text/event-stream');
		expect(await until('\n\n')).toBe(': connected\n\n');
	});

	test('begins at the head, unless it is given a cursor', async () => {
		const parts = serving('one', 'two');
		const [fromHead, fromOne] = [await open(parts), await open(parts, { cursor: 1 })];
		parts.source.append('three');
		parts.wakes.wake('words');
		expect(await fromHead.until('id: 3\ndata: "three"\n\n')).not.toContain('two');
		expect(await fromOne.until('id: 3\ndata: "three"\n\n')).toContain('id: 2\ndata: "two"\n\nid: 3\n');
	});

	test('sends what comes first before what is new, whole even with a window', async () => {
		const parts = serving('one', 'two', 'three');
		const first = () => Promise.resolve({ items: parts.source.all.slice(0, 2), cursor: 3 });
		const { until } = await open(parts, { first, view: { ...events, key: 'w', window: 1 } });
		parts.source.append('four');
		parts.wakes.wake('words');
		expect(await until('"four"\n\n')).toBe(
			': connected\n\nid: 1\ndata: "one"\n\nid: 2\ndata: "two"\n\nid: 4\ndata: "four"\n\n'
		);
	});

	test('from a cursor beyond the head goes on with the next line', async () => {
		const parts = serving('one');
		const { until } = await open(parts, { cursor: 1_000_000 });
		parts.source.append('two');
		parts.wakes.wake('words');
		expect(await until('"two"\n\n')).toBe(': connected\n\nid: 2\ndata: "two"\n\n');
	});

	test('that nothing is sent on says every 15 seconds where it stands', async () => {
		vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
		onTestFinished(() => void vi.useRealTimers());
		const { until } = await open(serving('one', 'two'));
		await until('connected\n\n');
		vi.advanceTimersByTime(15_000);
		expect(await until('id: 2\n\n')).toBe(': connected\n\nid: 2\n\n');
	});
});

describe('a stream ends', () => {
	test('when its reader goes away, which leaves nothing behind', async () => {
		const parts = serving('one');
		const { cancel } = await open(parts);
		expect(parts.streams.size).toBe(1);
		await cancel();
		expect(parts.streams.size).toBe(0);
		expect(parts.wakes.topics()).toEqual([]);
	});

	test('when the server stops, with the reason and when to come back', async () => {
		const parts = serving();
		const { until } = await open(parts);
		parts.streams.stop();
		const text = await until();
		expect(text).toMatch(
			/^: connected\n\nretry: \d{3,5}\nevent: end\ndata: \{"reason":"server stopping"\}\n\n$/
		);
		expect(Number(/retry: (\d+)/.exec(text)?.[1])).toBeGreaterThanOrEqual(250);
		expect(parts.streams.size).toBe(0);
	});

	test('before it began when its head cannot be read, and leaves nothing behind', async () => {
		const parts = serving();
		parts.source.head = () => Promise.reject(new Error('away'));
		await expect(open(parts)).rejects.toThrow('away');
		expect(parts.streams.size).toBe(0);
		expect(parts.wakes.topics()).toEqual([]);
	});

	test('without a word of what it searched for, when its access goes during the search', async () => {
		const parts = serving('one');
		const { promise: found, resolve: answer } = Promise.withResolvers<{ items: Word[]; cursor: number }>();
		const opening = open(parts, { first: () => found });
		expect(parts.streams.size).toBe(1);
		await parts.streams.recheck('acme');
		parts.revoked.set('ann', { reason: 'access removed' });
		await parts.streams.recheck('acme');
		answer({ items: parts.source.all, cursor: 1 });
		expect(await (await opening).until()).toBe(
			': connected\n\nevent: end\ndata: {"reason":"access removed"}\n\n'
		);
		expect(parts.wakes.topics()).toEqual([]);
	});

	test('cleanly when the server stops while its head is being read', async () => {
		const parts = serving();
		const { promise: head, resolve: answer } = Promise.withResolvers<number>();
		parts.source.head = () => head;
		const opening = open(parts);
		parts.streams.stop();
		answer(0);
		expect(await (await opening).until()).toContain('server stopping');
		expect(parts.wakes.topics()).toEqual([]);
	});
});

test('the reader of another format shares nothing with it', async () => {
	const parts = serving();
	const [sseReader, plainReader] = [
		await open(parts),
		await open(parts, { view: { ...events, key: 'p', format: lines } })
	];
	parts.source.append('one');
	parts.wakes.wake('words');
	expect(await sseReader.until('"one"\n\n')).toContain('data: "one"');
	expect(await plainReader.until('one\n')).toBe('one\n');
});
