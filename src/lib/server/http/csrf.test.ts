import { describe, expect, test } from 'vitest';
import { explain, isForged } from './csrf.ts';

const own = 'https://logs.example.com';

function request(method: string, headers: Record<string, string>): Request {
	return new Request(`${own}/api/logs`, { method, headers: { host: 'logs.example.com', ...headers } });
}

const cookie = 'tailrace_session=abc';

describe('a request that changes something', () => {
	test.each([
		['with a cookie, from our own pages', { cookie, origin: own }],
		[
			'with a cookie, from our own pages under the scheme behind the proxy',
			{ cookie, origin: 'http://logs.example.com' }
		],
		[
			'with a cookie, which the browser says comes from our own pages',
			{ cookie, 'sec-fetch-site': 'same-origin' }
		],
		['with a key, as curl sends it', { authorization: 'Bearer tr_x' }],
		[
			'with a key, from a page elsewhere',
			{ authorization: 'Bearer tr_x', origin: 'https://app.example.com' }
		],
		['with nothing at all', {}]
	])('is let through %s', (_, headers) => {
		expect(isForged(request('POST', headers), own)).toBe(false);
	});

	test.each([
		['from another site', { cookie, origin: 'https://evil.example' }],
		['from another port of the same machine', { cookie, origin: 'https://logs.example.com:8443' }],
		['from a site whose name begins with ours', { cookie, origin: 'https://logs.example.com.evil.example' }],
		['from a page that hides its origin', { cookie, origin: 'null' }],
		['from what cannot be read as an origin', { cookie, origin: 'logs.example.com' }],
		['from another site, without a cookie (it could sign somebody in)', { origin: 'https://evil.example' }],
		['without any word of where it comes from', { cookie }],
		['from another site that sends no Origin', { cookie, 'sec-fetch-site': 'cross-site' }],
		['from a sister site that sends no Origin', { cookie, 'sec-fetch-site': 'same-site' }]
	])('is refused %s', (_, headers) => {
		for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
			expect(isForged(request(method, headers), own)).toBe(true);
		}
	});
});

test('a header that no page asks for does not make a form of a page go by a key', () => {
	const headers = { cookie, authorization: 'Basic eA==', origin: 'https://evil.example' };
	for (const path of ['/sign-in', '/acme/settings?/delete', '/apis', '/api', '/account?/password']) {
		expect(isForged(new Request(own + path, { method: 'POST', headers }), own)).toBe(true);
	}
});

test.each(['GET', 'HEAD', 'OPTIONS'])('%s changes nothing and may come from anywhere', (method) => {
	expect(isForged(request(method, { cookie, origin: 'https://evil.example' }), own)).toBe(false);
});

describe('what is said to a forged request', () => {
	const nginx = { host: '127.0.0.1:3000', cookie, origin: own };

	test('names ORIGIN, with what to set, behind a proxy that does not pass on the Host', () => {
		const said = explain(request('POST', nginx), null);
		expect(said).toContain(`set ORIGIN=${own}`);
		expect(said).toContain('reached Tailrace as 127.0.0.1:3000');
	});

	test('names the ORIGIN that is set, if it is another', () => {
		expect(explain(request('POST', nginx), 'https://old.example.com')).toContain(
			'the setting ORIGIN is https://old.example.com'
		);
	});

	test.each([
		['the browser says that it comes from elsewhere', { ...nginx, 'sec-fetch-site': 'cross-site' }],
		['it hides its origin', { ...nginx, origin: 'null' }],
		['its origin is no address', { ...nginx, origin: 'javascript:alert(1)' }],
		['it has none', { cookie }]
	])('names no setting where %s', (_, headers) => {
		expect(explain(request('POST', headers), null)).not.toContain('ORIGIN');
	});
});
