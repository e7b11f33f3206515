import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as sse from './sse.ts';

const message = (id: string | null, data: string | null, type = 'message') => ({ id, type, data });

describe('decoder', () => {
	test('an event that has only an id is reported, and moves the cursor', () => {
		expect(sse.createDecoder().push('id: 57\n\n')).toEqual([message('57', null)]);
	});

	test('comments and blank lines are no events', () => {
		expect(sse.createDecoder().push(': connected\n\n\n: heartbeat\n\n')).toEqual([]);
	});

	test('several data lines are joined, and one space after the colon is left out', () => {
		expect(sse.createDecoder().push('data:  a\ndata:b\ndata\n\n')).toEqual([message(null, ' a\nb\n')]);
	});

	test('the type holds for one event only', () => {
		const events = sse.createDecoder().push('event: skipped\ndata: 1\n\ndata: 2\n\n');
		expect(events).toEqual([message(null, '1', 'skipped'), message(null, '2')]);
	});

	test('an event without its blank line is not delivered', () => {
		const decoder = sse.createDecoder();
		expect(decoder.push('id: 1\ndata: a\n')).toEqual([]);
		expect(decoder.push('\n')).toEqual([message('1', 'a')]);
	});

	test('an id with a null character is ignored, and so is a retry that is no number', () => {
		const decoder = sse.createDecoder();
		expect(decoder.push('id: a\0b\nretry: soon\ndata: x\n\n')).toEqual([message(null, 'x')]);
		expect(decoder.retry).toBeNull();
		decoder.push('retry: 2500\n\n');
		expect(decoder.retry).toBe(2500);
	});

	test('wherever the text is cut and whatever ends its lines, the events are the same', () => {
		const event = fc.record({
			id: fc.option(fc.integer({ min: 0 }).map(String)),
			data: fc.option(fc.string({ unit: fc.constantFrom('a', ':', ' ', 'é', '{') }))
		});
		const ending = fc.constantFrom('\n', '\r\n', '\r');
		const cuts = fc.array(fc.integer({ min: 1, max: 7 }));
		fc.assert(
			fc.property(fc.array(event), ending, cuts, (events, end, lengths) => {
				const text = events
					.map(({ id, data }) => field('id', id, end) + field('data', data, end) + end)
					.join('');
				const expected = events.flatMap(({ id, data }) =>
					id === null && data === null ? [] : [message(id, data)]
				);
				const decoder = sse.createDecoder();
				// The comment tells the decoder that a `\r` at the end was not half of a `\r\n`.
				const found = pieces(`${text}:\n`, lengths).flatMap((piece) => decoder.push(piece));
				expect(found).toEqual(expected);
			})
		);
	});
});

function field(name: string, value: string | null, end: string): string {
	return value === null ? '' : `${name}: ${value}${end}`;
}

function pieces(text: string, lengths: number[]): string[] {
	const found: string[] = [];
	let at = 0;
	for (const length of lengths) {
		found.push(text.slice(at, at + length));
		at += length;
	}
	return [...found, text.slice(at)];
}
