import { describe, expect, it } from 'vitest';
import { entriesAs, now, receivedAs } from '../../../../../tests/support/logs/decoding.ts';
import { fallback } from '../repair.ts';
import { gelfEntry } from './gelf.ts';

const one = (value: object) => entriesAs('gelf', JSON.stringify(value))[0];

describe('a message of GELF', () => {
	it('has a time in seconds, a level of syslog, and fields of its own without their underscore', () => {
		const sent = {
			version: '1.1',
			host: 'web-1',
			short_message: 'hello',
			timestamp: 1714651200.123,
			level: 4,
			_service: 'shop',
			_user: 7,
			_id: 'x',
			facility: 'gelf'
		};
		expect(one(sent)).toEqual({
			time: 1714651200123,
			severity: 13,
			service: 'shop',
			host: 'web-1',
			message: 'hello',
			trace_id: null,
			span_id: null,
			attributes: { user: 7, facility: 'gelf' }
		});
	});

	it('may have texts for numbers, and any version or none', () => {
		expect(one({ short_message: 'a', timestamp: '1714651200.5', level: '3' })).toMatchObject({
			time: 1714651200500,
			severity: 17
		});
		expect(one({ version: 2, short_message: 'a', level: 'warning' })).toMatchObject({ severity: 13 });
	});

	it('of Docker has the level of its text rather than that of all of stdout', () => {
		const docker = { short_message: '[warn] disk', _container_id: '5290672992f4' };
		expect(one({ ...docker, level: 6 })).toMatchObject({ severity: 13 });
		expect(one({ ...docker, level: 3 })).toMatchObject({ severity: 17 });
		expect(one({ short_message: '[warn] disk', level: 6 })).toMatchObject({ severity: 9 });
	});

	it('is its full message if that has several lines or more to say', () => {
		expect(one({ short_message: 'a', full_message: 'a\n  at b' })).toMatchObject({
			message: 'a\n  at b',
			attributes: {}
		});
		expect(one({ short_message: 'x', full_message: 'a\nb' })).toMatchObject({
			message: 'a\nb',
			attributes: { short_message: 'x' }
		});
		expect(one({ short_message: 'x', full_message: 'y' })).toMatchObject({
			message: 'x',
			attributes: { full_message: 'y' }
		});
		expect(one({ full_message: 'only' })).toMatchObject({ message: 'only' });
	});

	it('keeps a time and a level that cannot be read', () => {
		expect(one({ short_message: 'a', timestamp: 'yesterday', level: 'loud' })).toMatchObject({
			time: null,
			severity: 9,
			attributes: { original_time: 'yesterday', level: 'loud' }
		});
	});

	it("is what Docker's driver sends", () => {
		const sent = {
			version: '1.1',
			host: 'd',
			short_message: 'm',
			level: 6,
			_container_name: 'shop',
			_tag: '3f'
		};
		expect(one(sent)).toMatchObject({ severity: 9, attributes: { container_name: 'shop', tag: '3f' } });
	});

	it('without anything to say is rejected', () => {
		expect(gelfEntry({ version: '1.1', host: 'h' }, fallback({}), now)).toMatch(/short_message/);
		for (const value of [null, 7, 'x']) expect(gelfEntry(value, fallback({}), now)).toMatch(/object/);
	});
});

it('several messages may follow each other', () => {
	const message = '{"short_message":"a"}';
	for (const body of [message + message, `${message}\n${message}\n`, `[${message},${message}]`])
		expect(receivedAs('gelf', body).report.accepted).toBe(2);
});
