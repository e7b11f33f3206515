import type { IncomingHttpHeaders } from 'node:http';
import type { RequestHeaders } from '../client.ts';

/** Headers as Node has parsed them, without the copy and the checks of `Headers`. */
export function headersOf(parsed: IncomingHttpHeaders): RequestHeaders {
	const get = (name: string) => {
		const value = parsed[name];
		return Array.isArray(value) ? value.join(', ') : (value ?? null);
	};
	return { get, has: (name) => parsed[name] !== undefined };
}
