import { describe, expect, it } from 'vitest';
import * as repair from './repair.ts';
import { entry, none, now } from '../../../../tests/support/logs/repairing.ts';

it('an entry of every field is taken as it is', () => {
	const raw = {
		message: 'hello',
		level: 'warn',
		time: '2024-05-01T12:00:00.123Z',
		service: 'api',
		host: 'web-1',
		trace_id: '4bf92f35',
		span_id: '00f067aa',
		attributes: { user: 7 },
		path: '/'
	};
	expect(repair.entry(raw, none, now)).toEqual({
		time: Date.UTC(2024, 4, 1, 12, 0, 0, 123),
		severity: 13,
		service: 'api',
		host: 'web-1',
		message: 'hello',
		attributes: '{"user":7,"path":"/"}',
		trace_id: '4bf92f35',
		span_id: '00f067aa'
	});
});

it('an entry of a message alone has the defaults', () => {
	expect(repair.entry({ message: 'hello' }, none, now)).toEqual({
		time: null,
		severity: 9,
		service: 'default',
		host: null,
		message: 'hello',
		attributes: '{}',
		trace_id: null,
		span_id: null
	});
});

describe('what the request says', () => {
	const fallback = repair.fallback({ service: 'web', level: 'error', host: 'h1' });

	it('is for entries that do not say it', () => {
		expect(entry({ message: 'x' }, fallback)).toMatchObject({ service: 'web', severity: 17, host: 'h1' });
		expect(entry('x', fallback)).toMatchObject({ service: 'web', severity: 17, host: 'h1' });
		const own = { message: 'x', service: 'api', level: 'debug', host: 'h2' };
		expect(entry(own, fallback)).toMatchObject({ service: 'api', severity: 5, host: 'h2' });
	});

	it('is repaired like the rest', () => {
		const odd = repair.fallback({ service: 'a\0b', level: 'loud', host: '' });
		expect(entry('x', odd)).toMatchObject({ service: 'a\ufffdb', severity: 9, host: null });
		expect(entry('x', repair.fallback({ service: 's'.repeat(300) })).service).toHaveLength(256);
	});
});

describe('the message', () => {
	it.each(['message', 'msg', 'log', 'body'])('may be called %s', (name) => {
		expect(entry({ [name]: 'hello' })).toMatchObject({ message: 'hello', attributes: {} });
	});

	it('is the first of its names; the others are attributes', () => {
		expect(entry({ body: 'd', log: 'c', msg: 'b', message: 'a' })).toMatchObject({
			message: 'a',
			attributes: { msg: 'b', log: 'c', body: 'd' }
		});
	});

	it('is not null while another of its names has one', () => {
		expect(entry({ message: null, msg: 'b' })).toMatchObject({ message: 'b', attributes: {} });
		expect(entry({ message: null })).toMatchObject({ message: 'null', attributes: {} });
	});

	it.each([[42], [true], [{ a: [1] }], [[1, 'x']], [''], [[]]])('%j is kept as text', (message) => {
		expect(entry({ message }).message).toBe(message === '' ? '' : JSON.stringify(message));
	});

	it('is the JSON of an entry that has none', () => {
		const raw = { level: 'error', user: 7, attributes: { a: 1 }, time: 'noon' };
		const source = JSON.stringify(raw);
		expect(entry(raw)).toMatchObject({
			message: source,
			severity: 17,
			attributes: { a: 1, user: 7, original_time: 'noon' }
		});
	});

	it('keeps colours, tabs and line ends', () => {
		expect(entry({ message: '\u001b[31mred\u001b[0m\n\tat x\r\n' }).message).toBe(
			'\u001b[31mred\u001b[0m\n\tat x\r\n'
		);
	});
});

it('a bare string is a message, a bare number or boolean the message of its JSON', () => {
	expect(entry('hello')).toMatchObject({ message: 'hello', attributes: {} });
	expect(entry('').message).toBe('');
	expect(entry(4.5).message).toBe('4.5');
	expect(entry(false).message).toBe('false');
});

it('rejected are only null, arrays and {}', () => {
	expect(repair.entry(null, none, now)).toBe('null is not an entry');
	expect(repair.entry([{ message: 'x' }], none, now)).toContain('an array is not an entry');
	expect(repair.entry([], none, now)).toContain('an array is not an entry');
	expect(repair.entry({}, none, now)).toContain('{} is not an entry');
});
