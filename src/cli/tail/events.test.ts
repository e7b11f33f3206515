import { expect, test } from 'vitest';
import { Events } from './events.ts';

const text =
	': connected\n\nid: 7\ndata: {"seq":7}\n\nevent: skipped\ndata: {"count":3}\n\nid: 12\n\nretry: 300\nevent: end\ndata: {}\n\n';

test.each([1, 2, 5, 1_000])('events are read from pieces of %i characters', (size) => {
	const events = new Events();
	const read = [];
	for (let at = 0; at < text.length; at += size) read.push(...events.take(text.slice(at, at + size)));
	expect(read).toEqual([
		{ type: 'message', data: '{"seq":7}', id: '7' },
		{ type: 'skipped', data: '{"count":3}', id: '7' },
		{ type: 'end', data: '{}', id: '12' }
	]);
	expect(events).toMatchObject({ id: '12', retry: 300 });
});

test('after a cut, the beginning of an event is forgotten and its id kept', () => {
	const events = new Events();
	events.take('id: 1\ndata: a\n\nid: 2\nda');
	events.forget();
	expect(events.id).toBe('1');
	expect(events.take('id: 2\ndata: b\n\n')).toEqual([{ type: 'message', data: 'b', id: '2' }]);
});
