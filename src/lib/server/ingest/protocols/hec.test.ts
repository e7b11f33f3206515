import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAs, entriesAs, receivedAs } from '../../../../../tests/support/logs/decoding.ts';
import { hec } from './hec-answers.ts';

const events = (...values: unknown[]) => values.map((value) => JSON.stringify(value)).join('');

describe('an event of HEC', () => {
	it('is a text or an object, with the time and host of its envelope', () => {
		const body = events(
			{ event: 'hello', time: 1714651200.123, host: 'web-1' },
			{ event: { message: 'there', severity: 'error', user: 7 }, time: '1714651200.5', host: 'web-2' }
		);
		expect(entriesAs('hec', body)).toMatchObject([
			{ message: 'hello', time: 1714651200123, host: 'web-1', severity: 9 },
			{ message: 'there', time: 1714651200500, host: 'web-2', severity: 17, attributes: { user: 7 } }
		]);
	});

	it('has the metadata of the one before it where it lacks its own', () => {
		const body = events(
			{ event: 'a', host: 'h', source: 'shop', sourcetype: 's', index: 'main', fields: { env: 'prod' } },
			{ event: 'b' },
			{ event: 'c', source: 'cart' }
		);
		const attributes = { source: 'shop', sourcetype: 's', index: 'main', env: 'prod' };
		expect(entriesAs('hec', body)).toMatchObject([
			{ host: 'h', service: 'shop', attributes },
			{ host: 'h', service: 'shop', attributes },
			{ host: 'h', service: 'cart', attributes: { ...attributes, source: 'cart' } }
		]);
	});

	it('has no service of a path, which collectors give as the source', () => {
		const [entry] = entriesAs('hec', events({ event: 'a', source: '/var/log/pods/x/0.log' }));
		expect(entry?.service).toBe('default');
	});

	it("is what Docker's driver makes of a line", () => {
		const event = { line: 'hello', source: 'stdout', tag: '3f2a', attrs: { app: 'shop' } };
		const [entry] = entriesAs('hec', events({ event, time: '1714651200.123456', host: 'docker-1' }));
		expect(entry).toMatchObject({
			message: 'hello',
			time: 1714651200123,
			host: 'docker-1',
			attributes: { source: 'stdout', tag: '3f2a', attrs: { app: 'shop' } }
		});
	});

	it('without a message has its own JSON for it, and not that of its envelope', () => {
		const [entry] = entriesAs('hec', events({ event: { temperature: 70 }, host: 'h', source: 'coop' }));
		expect(entry).toMatchObject({ message: '{"temperature":70}', attributes: { temperature: 70 } });
	});

	it('comes with or without anything between, or in a list', () => {
		for (const between of ['', '\n', ' \r\n\t', '\n\n'])
			expect(entriesAs('hec', ['{"event":"}{\\""}', '{"event":"b"}'].join(between))).toMatchObject([
				{ message: '}{"' },
				{ message: 'b' }
			]);
		expect(entriesAs('hec', '[{"event":"a"},{"event":"b"}]')).toHaveLength(2);
	});

	it('that is missing or empty is rejected, and costs no other', () => {
		const { report } = receivedAs('hec', events({ time: 1 }, { event: '' }, { event: 'a' }, 7));
		expect(report).toMatchObject({ accepted: 1, rejected: 3 });
		expect(report.errors?.map(({ index }) => index)).toEqual([0, 1, 3]);
	});
});

it('a line of the raw endpoint is an event, with the metadata of the address', () => {
	const parameters = { host: 'h', source: 'shop', sourcetype: 'text' };
	const body = 'first\r\n{"message":"second","level":"warn"}\n\n{not JSON}';
	expect(entriesAs('hec-raw', body, { parameters })).toMatchObject([
		{ message: 'first', host: 'h', service: 'shop', attributes: { sourcetype: 'text' } },
		{ message: 'second', severity: 13 },
		{ message: '{not JSON}' }
	]);
});

it('the lines of a stack trace on the raw endpoint are one event', () => {
	const entries = entriesAs('hec-raw', 'Error: no\n    at x (y.js:1)\nnext');
	expect(entries.map(({ message }) => message)).toEqual(['Error: no\n    at x (y.js:1)', 'next']);
});

describe('hostile bodies', () => {
	it.each(['{"event":"a"', '{"event":"a"}{', '{"event":}', ']', '{"event":"a"}}', '"', '\\'])(
		'%s is refused or rejected, never more',
		(body) => {
			const result = decodeAs('hec', body);
			expect('status' in result ? result.status : result.report.rejected).toBeGreaterThan(0);
		}
	);

	it('of a million brackets take no time', () => {
		expect(decodeAs('hec', '['.repeat(1_000_000))).toMatchObject({ status: 400 });
		expect(decodeAs('hec', '{"event":'.repeat(100_000))).toMatchObject({ status: 400 });
	});

	it('of anything are read or refused', () => {
		const piece = fc.constantFrom(
			'{',
			'}',
			'[',
			']',
			'"',
			'\\',
			',',
			':',
			'"event"',
			'1',
			' ',
			'\n',
			'x',
			'\0'
		);
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
				for (const format of ['hec', 'hec-raw', 'datadog', 'gelf', 'vercel', 'firehose'] as const) {
					const result = decodeAs(format, pieces.join(''));
					expect('status' in result ? result.status : 400).toBe(400);
				}
			}),
			{ numRuns: 500 }
		);
	});
});

describe('the answer', () => {
	const asked = (headers = {}) => ({ method: 'POST', headers: new Headers(headers), parameters: {} });

	it('says with a code what is wrong', async () => {
		const coded = async (response: Response) => [
			response.status,
			((await response.json()) as { code: number }).code
		];
		const named = asked({ authorization: 'Splunk x' });
		expect(await coded(hec.refuse({ status: 401, detail: '' }, asked()))).toEqual([401, 2]);
		expect(await coded(hec.refuse({ status: 401, detail: '' }, named))).toEqual([401, 3]);
		expect(await coded(hec.refuse({ status: 400, detail: '' }, named))).toEqual([400, 6]);
		expect(await coded(hec.answer({ accepted: 0, rejected: 0 }, named, undefined))).toEqual([400, 5]);
	});

	it('to too much at once is a 503, which every client sends again', () => {
		const { status, headers } = hec.refuse({ status: 429, detail: '' }, asked());
		expect([status, headers.get('retry-after')]).toEqual([503, '1']);
	});
});
