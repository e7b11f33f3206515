import { afterEach, expect, test, vi } from 'vitest';
import { bus } from '../bus/bus.ts';
import { sink } from './sink.ts';
import type { Source } from './source.ts';
import { sse } from '../stream/sse.ts';
import { Tails } from './tails.ts';

afterEach(() => void vi.useRealTimers());

const format = sse<number>(String);
const view = { key: 'all', matches: () => true, format, window: null };

/** A stream whose head is read at once, or never. */
function sourceOf(topic: string): Source<number> {
	return {
		head: () => (topic === 'hung' ? new Promise(() => {}) : Promise.resolve(7)),
		after: async () => ({ items: [], more: false }),
		cursorOf: (item) => item,
		bytesOf: () => 1
	};
}

test('a stream whose head cannot be read keeps no heartbeat from the others, nor the check of what was missed', async () => {
	vi.useFakeTimers();
	const failed = (error: unknown) => expect.fail(String(error));
	const tails = new Tails(bus(), sourceOf, { sent() {}, failed });
	const readers = ['hung', 'fine'].map((topic) => {
		const { sink: to, body } = sink(() => {});
		void tails.join(topic, view, to, null);
		return body.getReader();
	});
	await vi.advanceTimersByTimeAsync(15_000);
	const { value } = (await readers[1]?.read()) ?? {};
	expect(new TextDecoder().decode(value)).toBe(format.moved(7));
	expect([...tails.positions()]).toEqual([['fine', 7]]);
	tails.close();
});
