import { severityOf } from '../../../log/entry.ts';
import * as json from '../json.ts';

/** GET /path HTTP/1.1" 500, with or without quotes. */
const request = /[A-Z]{3,10} [^\s"]{1,8192}(?: HTTP\/\d(?:\.\d)?)?"? ([1-5]\d\d)(?![^\s])/y;
/** Rails: Completed 500 Internal Server Error in 12ms. */
const completed = /Completed ([1-5]\d\d) [A-Z][a-z]/y;
/** Express's morgan and others end like this: GET /path 500 3.1 ms - 12. Next: GET /path 500 in 12ms. */
const behindStatus = /$|\s+(?:in )?[-\d]/y;
/** A request's end as servers write it, before its quote. */
const version = / HTTP\/\d(?:\.\d)?$/;
/** The status behind a request's quote; chi has the client before it. */
const status = /" (?:from [^\s]{1,64} - )?([1-5]\d\d)(?!\d)/y;

/**
 * The severity of an HTTP status: a server's fault is an error, a client's a warning. Null for all others: they say
 * nothing.
 */
export function ofStatus(status: number): number | null {
	if (status >= 500 && status <= 599) return severityOf('error');
	return status >= 400 && status <= 499 ? severityOf('warn') : null;
}

/** The severity of the request whose quote opens at `at`: `"GET / HTTP/1.1" 500`. */
export function quoted(text: string, at: number): number | null {
	const close = closeOf(text, at);
	if (close === -1) return null;
	status.lastIndex = close;
	const found = status.exec(text)?.[1];
	return found === undefined ? null : ofStatus(Number(found));
}

/** The quote behind the request's version: what a client asked for may have quotes, too. Without one the first counts. */
function closeOf(text: string, open: number): number {
	let first = -1;
	let close = text.indexOf('"', open + 1);
	for (let tries = 0; tries < 8 && close !== -1; tries += 1) {
		if (version.test(text.slice(Math.max(open, close - ' HTTP/1.1'.length), close))) return close;
		// Some write a backslash before it.
		if (first === -1 && text[close - 1] !== '\\') first = close;
		close = text.indexOf('"', close + 1);
	}
	return first;
}

/**
 * The severity of a request without quotes that begins at `at`: `GET / 500 3.1 ms - 12`, `GET / HTTP/1.1 500`, or Rails'
 * answer.
 */
export function bare(text: string, at: number): number | null {
	completed.lastIndex = at;
	const answered = completed.exec(text);
	if (answered !== null) return ofStatus(Number(answered[1]));
	request.lastIndex = at;
	const found = request.exec(text);
	if (found === null) return null;
	behindStatus.lastIndex = request.lastIndex;
	return behindStatus.test(text) ? ofStatus(Number(found[1])) : null;
}

const methods = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE)(?: |$)/;
const methodNames = ['method', 'request_method', 'http_method', 'verb', 'request'];
const statusNames = ['status', 'status_code', 'statusCode', 'http_status', 'response_code'];

/** The severity of an access log's fields: a method, or a request that begins with one, and a status. */
export function ofFields(fields: Record<string, unknown>): number | null {
	const method = methodNames.find((name) => fields[name] !== undefined);
	const name = method === undefined ? undefined : statusNames.find((name) => fields[name] !== undefined);
	if (method === undefined || name === undefined) return null;
	const value = fields[method];
	if (typeof value !== 'string' || !methods.test(value)) return null;
	return ofStatus(Number(json.plain(fields[name])));
}
