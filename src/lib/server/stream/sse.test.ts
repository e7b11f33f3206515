import { createParser } from 'eventsource-parser';
import { describe, expect, test } from 'vitest';
import { headers, ndjson, plain, sse } from './sse.ts';

const json = (item: object) => JSON.stringify(item);

describe('server-sent events', () => {
	const events = sse(json);

	test('an item is an event whose id is the cursor after it', () => {
		expect(events.item({ seq: 42 }, 42)).toBe('id: 42\ndata: {"seq":42}\n\n');
	});

	test('a move, which is also the heartbeat, is an event with an id alone', () => {
		expect(events.moved(57)).toBe('id: 57\n\n');
	});

	test('what is left out is an event of its own, and has no id: the cursor has not moved', () => {
		expect(events.skipped({ count: 1240, from: 58, to: 1297 })).toBe(
			'event: skipped\ndata: {"count":1240,"from":58,"to":1297}\n\n'
		);
	});

	test('the end says why, and when to come back if that makes sense', () => {
		expect(events.end({ reason: 'signed out' })).toBe('event: end\ndata: {"reason":"signed out"}\n\n');
		expect(events.end({ reason: 'signed out', detail: 'Your account is suspended.' })).toBe(
			'event: end\ndata: {"reason":"signed out","detail":"Your account is suspended."}\n\n'
		);
		expect(events.end({ reason: 'server stopping' }, 1_500)).toBe(
			'retry: 1500\nevent: end\ndata: {"reason":"server stopping"}\n\n'
		);
	});

	test('no text of an item can break out of its event', () => {
		const parsed: unknown[] = [];
		const parser = createParser({
			onEvent: ({ id, event, data }) => parsed.push({ id, event, data: JSON.parse(data) })
		});
		const item = { message: 'a\r\n\r\nevent: end\ndata: {}\n\nid: 9\n\u2028' };
		parser.feed(events.opening + events.item(item, 7) + events.moved(8));
		expect(parsed).toEqual([{ id: '7', event: undefined, data: item }]);
	});
});

test('NDJSON is the items alone, a line each', () => {
	const format = ndjson(json);
	const all = [
		format.opening,
		format.item({ message: 'a\nb' }, 1),
		format.moved(2),
		format.skipped({ count: 1, from: 1, to: 1 }),
		format.end({ reason: 'signed out' })
	];
	expect(all.join('')).toBe('{"message":"a\\nb"}\n');
});

test('plain text says in words what was left out and why it ends', () => {
	const format = plain((item: { text: string }) => item.text);
	const all = [
		format.opening,
		format.item({ text: 'hello' }, 1),
		format.moved(2),
		format.skipped({ count: 3, from: 1, to: 3 }),
		format.end({ reason: 'signed out' })
	];
	expect(all.join('')).toBe('hello\n… 3 lines skipped\n— signed out\n');
});

test('nothing between server and reader may keep, change or hold back a stream', () => {
	expect(headers(sse(json))).toEqual({
		'content-type': 'text/event-stream',
		'cache-control': 'no-store, no-transform',
		'x-accel-buffering': 'no'
	});
});
