import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAs, entriesAs } from '../../../../../tests/support/logs/decoding.ts';

const framed = (...messages: string[]) =>
	messages.map((message) => `${Buffer.byteLength(message)} ${message}`).join('');
const header = '<190>1 2024-05-02T11:00:00.123456+00:00 host app web.1 - ';

describe('a frame of Logplex', () => {
	it('has no structured data: the message begins behind the id', () => {
		const headers = { 'logplex-drain-token': 'd.123' };
		expect(entriesAs('logplex', framed(`${header}[info] hello\n`), { headers })).toEqual([
			{
				time: Date.UTC(2024, 4, 2, 11, 0, 0, 123),
				severity: 9,
				service: 'app',
				host: 'web.1',
				message: '[info] hello',
				trace_id: null,
				span_id: null,
				attributes: { 'heroku.source': 'app', 'heroku.dyno': 'web.1', 'heroku.drain': 'd.123' }
			}
		]);
	});

	it('is counted in bytes, and may contain line breaks', () => {
		const messages = ['Grüße 🌊\nsecond line', 'next'];
		const body = framed(...messages.map((message) => `${header}${message}\n`));
		expect(entriesAs('logplex', body).map(({ message }) => message)).toEqual(messages);
	});

	it('of a stack trace is one with those that continue it, if the same process wrote them', () => {
		const other = header.replace('web.1', 'web.2');
		const sent = [
			`${header} `,
			`${header}Error: no`,
			`${header}    at x (y.js:1)`,
			`${other}    at z (y.js:1)`
		];
		expect(entriesAs('logplex', framed(...sent)).map(({ message }) => message)).toEqual([
			' ',
			'Error: no\n    at x (y.js:1)',
			'    at z (y.js:1)'
		]);
	});

	it('has the service of the address', () => {
		const parameters = { service: 'shop' };
		expect(entriesAs('logplex', framed(`${header}x`), { parameters })).toMatchObject([{ service: 'shop' }]);
	});

	it('of the router is an error if it says so', () => {
		const router = '<158>1 2024-05-02T11:00:00+00:00 host heroku router - ';
		const said = ['at=info method=GET', 'at=error code=H12', 'at=warning code=H80'];
		const entries = entriesAs('logplex', framed(...said.map((message) => router + message)));
		expect(entries.map(({ severity }) => severity)).toEqual([9, 17, 13]);
	});

	it('that is no such message is one, whole', () => {
		expect(entriesAs('logplex', framed('hello there', '<1>nothing')).map(({ message }) => message)).toEqual([
			'hello there',
			'<1>nothing'
		]);
	});

	it('without a length, or with a wrong one, loses no text', () => {
		const messages = (body: string) => entriesAs('logplex', body).map(({ message }) => message);
		expect(messages(`${header}a\n${header}b\n`)).toEqual(['a', 'b']);
		expect(messages(`999999999 ${header}a`)).toEqual(['a']);
		expect(messages('0 0 0 ')).toEqual([]);
		expect(messages('12345678901234567890')).toEqual(['12345678901234567890']);
	});

	it('of any bytes is read', () => {
		const piece = fc.oneof(
			fc.constantFrom('1 ', '57 ', header, '\n', '<', '0 ', '99999999999 '),
			fc.string({ unit: 'binary', maxLength: 8 })
		);
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
				expect(decodeAs('logplex', pieces.join(''))).not.toHaveProperty('status');
			}),
			{ numRuns: 500 }
		);
	});
});
