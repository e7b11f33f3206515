import { describe, expect, it } from 'vitest';
import { levelOf, type NewEntry } from '../../log/entry.ts';
import * as repair from './repair.ts';

const now = Date.UTC(2024, 4, 2, 12);
const none = repair.fallback({});

/** The entry, with its attributes parsed; throws if it was rejected. */
function entry(raw: unknown, fallback = none): Omit<NewEntry, 'attributes'> & { attributes: unknown } {
	const repaired = repair.entry(raw, fallback, now);
	if (typeof repaired === 'string') throw new Error(repaired);
	return { ...repaired, attributes: JSON.parse(repaired.attributes) };
}

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

describe('the level', () => {
	it.each([
		[{ level: 'WARNING' }, 'warn'],
		[{ level: 50 }, 'error'],
		[{ level: '3' }, 'error'],
		[{ severity: 'CRITICAL' }, 'fatal'],
		[{ severity: 5 }, 'debug'],
		[{ severityNumber: 17, severityText: 'ERROR' }, 'error'],
		[{ PRIORITY: '4' }, 'warn'],
		[{}, 'info']
	])('of %j is %s', (fields, level) => {
		expect(levelOf(entry({ message: 'x', ...fields }).severity)).toBe(level);
	});

	it('is the first that can be read; the others are attributes', () => {
		expect(entry({ message: 'x', severity: 'ERROR', level: 'debug' })).toMatchObject({
			severity: 5,
			attributes: { severity: 'ERROR' }
		});
		expect(entry({ message: 'x', severity: 'ERROR', level: 'loud' })).toMatchObject({
			severity: 17,
			attributes: { level: 'loud' }
		});
	});

	it('that cannot be read is info and stays an attribute', () => {
		expect(entry({ message: 'x', level: 'loud' })).toMatchObject({
			severity: 9,
			attributes: { level: 'loud' }
		});
		expect(entry({ message: 'x', level: { a: 1 } })).toMatchObject({
			severity: 9,
			attributes: { level: { a: 1 } }
		});
		expect(entry({ message: 'x', level: null })).toMatchObject({ severity: 9, attributes: {} });
	});
});

describe('the time', () => {
	it.each(['time', 'timestamp', '@timestamp', 'ts'])('may be called %s', (name) => {
		expect(entry({ message: 'x', [name]: 1714564800 })).toMatchObject({
			time: 1714564800000,
			attributes: {}
		});
	});

	it.each(['noon', '', -5, 1e30, true, { $date: 1 }, '2999-01-01', '1969-12-31'])(
		'%j is the time of receipt, and stays as original_time',
		(time) => {
			expect(entry({ message: 'x', time })).toMatchObject({
				time: null,
				attributes: { original_time: time }
			});
		}
	);

	it('is the first that can be read', () => {
		expect(entry({ message: 'x', time: '12ms', timestamp: 1714564800, ts: 5 })).toMatchObject({
			time: 1714564800000,
			attributes: { time: '12ms', ts: 5 }
		});
		expect(entry({ message: 'x', time: '12ms', ts: 'noon' })).toMatchObject({
			time: null,
			attributes: { original_time: '12ms', ts: 'noon' }
		});
	});

	it('does not push away an attribute called original_time', () => {
		expect(entry({ message: 'x', time: 'noon', original_time: 1 }).attributes).toEqual({
			original_time: 'noon',
			original_time_2: 1
		});
	});
});

describe('service, host and the ids', () => {
	it('are text, whatever they were', () => {
		const raw = { message: 'x', service: 7, host: true, trace_id: 12, span_id: 'a\0' };
		expect(entry(raw)).toMatchObject({
			service: '7',
			host: 'true',
			trace_id: '12',
			span_id: 'a\ufffd',
			attributes: {}
		});
	});

	it('that are null or empty count as absent', () => {
		for (const nothing of [null, '']) {
			const raw = { message: 'x', service: nothing, host: nothing, trace_id: nothing, span_id: nothing };
			expect(entry(raw)).toMatchObject({
				service: 'default',
				host: null,
				trace_id: null,
				span_id: null,
				attributes: {}
			});
		}
	});

	it('that are objects give their name and stay attributes', () => {
		const raw = { message: 'x', service: { name: 'api', version: '1' }, host: ['web-1'] };
		expect(entry(raw)).toMatchObject({
			service: 'api',
			host: null,
			attributes: { service: { name: 'api', version: '1' }, host: ['web-1'] }
		});
	});

	it('of traces may be in camel case', () => {
		expect(entry({ message: 'x', traceId: 't', spanId: 's' })).toMatchObject({
			trace_id: 't',
			span_id: 's',
			attributes: {}
		});
		expect(entry({ message: 'x', trace_id: 'a', traceId: 'b' })).toMatchObject({
			trace_id: 'a',
			attributes: { traceId: 'b' }
		});
	});

	it('are cut at 256 characters', () => {
		const long = 'x'.repeat(255) + '🌊';
		const raw = {
			message: 'x',
			service: long,
			host: 'x'.repeat(257),
			trace_id: 'x'.repeat(300),
			span_id: 'x'.repeat(256)
		};
		expect(entry(raw)).toMatchObject({
			service: 'x'.repeat(255),
			host: 'x'.repeat(256),
			trace_id: 'x'.repeat(256),
			span_id: 'x'.repeat(256)
		});
	});
});

describe('attributes', () => {
	it('are joined by every other field', () => {
		expect(entry({ message: 'x', attributes: { a: 1 }, b: [2], c: null }).attributes).toEqual({
			a: 1,
			b: [2],
			c: null
		});
	});

	it('keep their names when a field has the same; the field gets a number', () => {
		const raw = { message: 'x', user: 'outer', attributes: { user: 'inner', user_2: 'other' } };
		expect(entry(raw).attributes).toEqual({ user: 'inner', user_2: 'other', user_3: 'outer' });
	});

	it('that are no object are an attribute of that name', () => {
		for (const attributes of ['text', 7, [1], false]) {
			expect(entry({ message: 'x', attributes }).attributes).toEqual({ attributes });
		}
		expect(entry({ message: 'x', attributes: null }).attributes).toEqual({});
	});

	it('may be called __proto__ or constructor and are only data', () => {
		const raw = JSON.parse(
			'{"message":"x","__proto__":{"polluted":1},"constructor":2,"attributes":{"__proto__":3}}'
		);
		const repaired = repair.entry(raw, none, now) as NewEntry;
		expect(repaired.attributes).toBe('{"__proto__":3,"__proto___2":{"polluted":1},"constructor":2}');
		expect(repair.entry(JSON.parse('{"message":"x","__proto__":{"a":1}}'), none, now)).toHaveProperty(
			'attributes',
			'{"__proto__":{"a":1}}'
		);
		expect('polluted' in {}).toBe(false);
	});

	it('with colliding names by the thousand are still quick', () => {
		const attributes: Record<string, number> = { a: 0 };
		for (let n = 2; n < 50_000; n += 1) attributes[`a_${n}`] = n;
		const raw = { message: 'x', ...attributes, attributes };
		expect(entry(raw).attributes).toEqual({ truncated_bytes: expect.any(Number) });
	}, 5_000);
});
