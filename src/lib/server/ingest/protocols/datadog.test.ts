import { describe, expect, it } from 'vitest';
import { decodeAs, entriesAs, receivedAs } from '../../../../../tests/support/logs/decoding.ts';

const one = (value: unknown, parameters = {}) =>
	entriesAs('datadog', JSON.stringify(value), { parameters })[0];

describe('an entry of Datadog', () => {
	it('has its status as level, its host name as host, and its tags as attributes', () => {
		const sent = {
			message: 'hello',
			status: 'warn',
			timestamp: 1714651200123,
			hostname: 'web-1',
			service: 'shop',
			ddsource: 'nodejs',
			ddtags: 'env:prod, version:1.2,url:http://a/b,canary,,'
		};
		expect(one([sent])).toEqual({
			time: 1714651200123,
			severity: 13,
			service: 'shop',
			host: 'web-1',
			message: 'hello',
			trace_id: null,
			span_id: null,
			attributes: {
				ddsource: 'nodejs',
				env: 'prod',
				version: '1.2',
				url: 'http://a/b',
				tags: ['canary']
			}
		});
	});

	it('whose message is an object has the fields of it', () => {
		const message = { message: 'inner', user: 7, service: 'cart' };
		expect(one({ message, service: 'shop', ddtags: 'user:8' })).toMatchObject({
			message: 'inner',
			service: 'shop',
			attributes: { user: 7, user_2: '8', service_2: 'cart' }
		});
	});

	it.each([
		['emerg', 23],
		['error', 17],
		['ok', 9],
		['Warning', 13],
		[3, 17],
		['3', 17]
	])('with status %j is of severity %d', (status, severity) => {
		expect(one({ message: 'm', status })).toMatchObject({ severity });
	});

	it('of the agent has the level of its text rather than that of all of stdout', () => {
		const levelOf = (status: string, userAgent: string) =>
			entriesAs('datadog', JSON.stringify([{ message: '[warn] disk', status }]), {
				headers: { 'user-agent': userAgent }
			})[0]?.severity;
		expect(levelOf('info', 'datadog-agent/7.60.0')).toBe(13);
		expect(levelOf('error', 'datadog-agent/7.60.0')).toBe(17);
		expect(levelOf('info', 'winston')).toBe(9);
	});

	it('keeps a status that is no level', () => {
		for (const status of [200, '404', 'pending'])
			expect(one({ message: 'm', status })).toMatchObject({ severity: 9, attributes: { status } });
	});

	it('has what the address says where it says nothing itself', () => {
		const parameters = { ddsource: 'go', ddtags: 'env:test', hostname: 'h', service: 's' };
		expect(one({ message: 'm' }, parameters)).toMatchObject({
			service: 's',
			host: 'h',
			attributes: { ddsource: 'go', env: 'test' }
		});
		expect(one({ message: 'm', hostname: 'own', service: 'own' }, parameters)).toMatchObject({
			service: 'own',
			host: 'own'
		});
	});
});

it('a sign of life has no lines', () => {
	for (const body of ['', '{}', '[]', '[{}]', ' '])
		expect(receivedAs('datadog', body).report).toEqual({ accepted: 0, rejected: 0 });
});

it('lines of text are messages', () => {
	expect(entriesAs('datadog', 'a\nb\n').map(({ message }) => message)).toEqual(['a', 'b']);
});

it('the lines of a stack trace in a body of text are one message', () => {
	const entries = entriesAs('datadog', 'Error: no\n    at x (y.js:1)\nnext');
	expect(entries.map(({ message }) => message)).toEqual(['Error: no\n    at x (y.js:1)', 'next']);
});

it('what is cut off is refused', () => {
	expect(decodeAs('datadog', '[{"message":"a"},{"mess')).toMatchObject({ status: 400 });
});
