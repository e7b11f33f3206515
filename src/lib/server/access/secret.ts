import type { RequestHeaders } from '../client.ts';

/** Headers that hold nothing but a key, in the order in which they are looked at. */
const keyHeaders = ['dd-api-key', 'x-amz-firehose-access-key', 'x-api-key'];
const keyParameters = ['dd-api-key', 'token', 'key'];

/**
 * The key in the header `Authorization`, '' if that has none, null without the header: Bearer, Splunk's scheme, the password in Basic
 * (RFC 7617), and Elastic's ApiKey, which is the key or `id:key` in base64.
 */
export function inAuthorization(headers: RequestHeaders): string | null {
	const header = headers.get('authorization');
	if (header === null) return null;
	const [scheme = '', value = ''] = header.trim().split(/\s+/, 2);
	switch (scheme.toLowerCase()) {
		case 'bearer':
		case 'splunk':
			return value;
		case 'basic':
			return afterColon(fromBase64(value));
		case 'apikey': {
			const decoded = fromBase64(value);
			return /^[\x20-\x7e]+:[\x20-\x7e]+$/.test(decoded) ? afterColon(decoded) : value;
		}
		default:
			return '';
	}
}

/** The key that a shipper sends, in the first of the forms that shippers use (docs/API.md, "Who is asking"); null if none. */
export function inAnyForm(headers: RequestHeaders, query: URLSearchParams): string | null {
	const authorized = inAuthorization(headers);
	if (authorized !== null) return authorized;
	for (const name of keyHeaders) if (headers.has(name)) return headers.get(name);
	for (const name of keyParameters) if (query.has(name)) return query.get(name);
	return null;
}

const fromBase64 = (value: string) => Buffer.from(value, 'base64').toString('utf8');
const afterColon = (pair: string) => pair.slice(pair.indexOf(':') + 1);
