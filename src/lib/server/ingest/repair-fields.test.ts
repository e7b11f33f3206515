import { describe, expect, it } from 'vitest';
import { levelOf, type NewEntry } from '../../log/entry.ts';
import * as repair from './repair.ts';
import { entry, none, now } from '../../../../tests/support/logs/repairing.ts';

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
