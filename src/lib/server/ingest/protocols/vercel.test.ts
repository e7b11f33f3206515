import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { entriesAs, receivedAs } from '../../../../../tests/support/logs/decoding.ts';
import { isSigned, vercel } from './vercel.ts';

const entry = {
	id: '1714651200123000',
	message: 'hello',
	timestamp: 1714651200123,
	type: 'stdout',
	source: 'lambda',
	projectName: 'shop',
	host: 'shop-abc.vercel.app',
	level: 'warning',
	requestId: 'iad1::x',
	proxy: { method: 'GET', path: '/cart', statusCode: 503 },
	'trace.id': '5b8efff798038103d269b633813fc60c'
};

describe('an entry of Vercel', () => {
	it('has the name of its project as service', () => {
		expect(entriesAs('vercel', JSON.stringify([entry]))).toMatchObject([
			{
				time: 1714651200123,
				severity: 13,
				service: 'shop',
				host: 'shop-abc.vercel.app',
				message: 'hello',
				trace_id: '5b8efff798038103d269b633813fc60c',
				attributes: { id: '1714651200123000', source: 'lambda', proxy: entry.proxy }
			}
		]);
	});

	it('without a message says what was asked for, and is an error if that failed', () => {
		const request = { ...entry, message: undefined, level: undefined };
		expect(entriesAs('vercel', JSON.stringify(request))).toMatchObject([
			{ message: 'GET /cart 503', severity: 17 }
		]);
		expect(entriesAs('vercel', '{"id":"x"}')).toMatchObject([{ message: '{"id":"x"}', severity: 9 }]);
	});

	it('comes in a list or on a line', () => {
		const line = JSON.stringify(entry);
		for (const body of [`[${line},${line}]`, `${line}\n${line}\n`])
			expect(receivedAs('vercel', body).report.accepted).toBe(2);
	});
});

it('only the HMAC-SHA1 of the body with the secret is a signature', () => {
	const body = Buffer.from('[]');
	const signature = createHmac('sha1', 'secret').update(body).digest('hex');
	expect(isSigned(signature, body, 'secret')).toBe(true);
	for (const wrong of [null, '', 'x', signature.slice(2), `${signature}00`, signature.replace(/^./, 'x')])
		expect(isSigned(wrong, body, 'secret')).toBe(false);
	expect(isSigned(signature, Buffer.from('[ ]'), 'secret')).toBe(false);
	expect(isSigned(signature, body, 'other')).toBe(false);
});

it('the answer repeats the code that Vercel wants to see, and nothing else', () => {
	const answer = (code: string) =>
		vercel.answer(
			{ accepted: 0, rejected: 0 },
			{ method: 'POST', headers: new Headers({ 'x-vercel-verify': code }), parameters: {} },
			undefined
		);
	expect(answer('a1b2c3').headers.get('x-vercel-verify')).toBe('a1b2c3');
	expect(answer('a b').headers.has('x-vercel-verify')).toBe(false);
});
