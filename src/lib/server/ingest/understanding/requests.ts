import { severityOf } from '../../../log/entry.ts';
import * as moments from './moments.ts';

/** A line of an access log. */
export interface Request {
	time: number | null;
	severity: number | null;
}

/** Characters before the time of an access line: names of hosts, addresses and a user. */
const beforeTime = 256;
/** GET /path HTTP/1.1" 500, with or without quotes. */
const request = /[A-Z]{3,10} [^\s"]{1,8192}(?: HTTP\/\d(?:\.\d)?)?"? ([1-5]\d\d)(?![^\s])/y;
/** Rails: Completed 500 Internal Server Error in 12ms. */
const completed = /Completed ([1-5]\d\d) [A-Z][a-z]/y;
/** Express's morgan and others end like this: GET /path 500 3.1 ms - 12. */
const behindStatus = /$|\s+[-\d]/y;
/** HAProxy: [time] frontend backend/server 0/0/1/2/3 503. */
const proxied = / [^\s]{1,256} [^\s]{1,256}\/[^\s]{1,256} [-+\d/]{5,64} ([1-5]\d\d) /y;

/**
 * The severity of an HTTP status: a server's fault is an error, a client's a warning. Null for all others: they say
 * nothing.
 */
export function ofStatus(status: number): number | null {
	if (status >= 500 && status <= 599) return severityOf('error');
	return status >= 400 && status <= 499 ? severityOf('warn') : null;
}

/**
 * An access line as Apache, nginx, HAProxy and many others write it: `host - user [01/May/2024:12:00:00 +0000] "GET /…"
 * 500`.
 */
export function common(text: string, now: number): Request | null {
	const open = text.indexOf('[');
	if (open === -1 || open > beforeTime || text[open + 3] !== '/' || text[open + 7] !== '/') return null;
	const moment = moments.at(text, open + 1, now);
	if (moment === null || text[moment.end] !== ']') return null;
	return { time: moment.time, severity: severityAfter(text, moment.end + 1) };
}

function severityAfter(text: string, at: number): number | null {
	if (text[at + 1] === '"') return quoted(text, at + 1);
	proxied.lastIndex = at;
	const status = proxied.exec(text)?.[1];
	return status === undefined ? null : ofStatus(Number(status));
}

/** The severity of the request whose quote opens at `at`: `"GET / HTTP/1.1" 500`. */
export function quoted(text: string, at: number): number | null {
	let close = text.indexOf('"', at + 1);
	// A quote within the request has a backslash before it.
	for (let tries = 0; tries < 8 && close !== -1 && text[close - 1] === '\\'; tries += 1)
		close = text.indexOf('"', close + 1);
	if (close === -1 || text[close + 1] !== ' ') return null;
	const status = text.slice(close + 2, close + 5);
	const isStatus = /^[1-5]\d\d$/.test(status) && !/\d/.test(text.charAt(close + 5));
	return isStatus ? ofStatus(Number(status)) : null;
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
