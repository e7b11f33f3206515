import type { Head } from './head.ts';
import * as moments from './moments.ts';
import { withoutColours } from './reading.ts';
import * as requests from './requests.ts';

/** What a line of an access log says. */
export interface Access {
	time: number | null;
	severity: number | null;
}

/** Characters before the time of an access line: names of hosts, addresses and a user. */
const beforeTime = 256;
/** Characters between that time and the request, of Amazon's S3: names of things. */
const beforeRequest = 2048;
/** HAProxy: [time] frontend backend/server 0/0/1/2/3 503. */
const proxied = / [^\s]{1,256} [^\s]{1,256}\/[^\s]{1,256} [-+\d/]{5,64} ([1-5]\d\d) /y;
/** uWSGI: [time] GET /path => generated 12 bytes in 3 msecs (HTTP/1.1 500). */
const generated =
	/ [A-Z]{3,10} [^\s]{1,8192} => generated \d{1,16} bytes in \d{1,16} [a-zµ]{1,8} \(HTTP\/\d(?:\.\d)? ([1-5]\d\d)\)/y;
/** php-fpm: host - user 01/May/2024:12:00:00 +0000 "GET /path" 500. */
const fpm = /[^\s]{1,64} - {1,2}(?:[^\s]{1,64} )?(?=\d\d\/[A-Z][a-z]{2}\/\d{4}:)/y;

/**
 * Reads an access line of which `head` is known so far: `host - user [01/May/2024:12:00:00 +0000] "GET /…" 500` as Apache,
 * nginx and many others write it, or a form of a server's own. Null if it says nothing.
 */
export function read(text: string, head: Head, now: number): Access | null {
	const found = bracketed(text, now) ?? (head.time === null ? ofFpm(text, head.end, now) : null);
	if (found !== null) return found;
	const told = head.timeEnd === -1 ? null : behindTime(text, head.timeEnd);
	const severity = told ?? requests.bare(text, head.end);
	return severity === null ? null : { time: null, severity };
}

/** With the time in brackets, which may stand behind others: those of a program's process, a pod or uWSGI. */
function bracketed(text: string, now: number): Access | null {
	let open = text.indexOf('[');
	const isUwsgi = open !== -1 && text.startsWith('[pid: ', open);
	for (let tries = 0; tries < 4 && open !== -1 && open <= beforeTime; tries += 1) {
		const hasDate = text[open + 3] === '/' && text[open + 7] === '/';
		const moment = hasDate || (isUwsgi && tries > 0) ? moments.at(text, open + 1, now) : null;
		if (moment !== null && text[moment.end] === ']')
			return { time: moment.time, severity: severityAfter(text, moment.end + 1) };
		open = text.indexOf('[', open + 1);
	}
	return null;
}

function severityAfter(text: string, at: number): number | null {
	if (text[at + 1] === '"') return requests.quoted(text, at + 1);
	const status = statusOf(proxied, text, at) ?? statusOf(generated, text, at);
	if (status !== null) return requests.ofStatus(status);
	const quote = text.indexOf('"', at);
	const isRequest =
		quote !== -1 && quote - at < beforeRequest && /^"[A-Z]{3,10} /.test(text.slice(quote, quote + 12));
	return isRequest ? requests.quoted(text, quote) : null;
}

function ofFpm(text: string, at: number, now: number): Access | null {
	if (text[text.indexOf(' ', at) + 1] !== '-') return null;
	fpm.lastIndex = at;
	const moment = fpm.test(text) ? moments.at(text, fpm.lastIndex, now) : null;
	if (moment === null || text[moment.end + 1] !== '"') return null;
	return { time: moment.time, severity: requests.quoted(text, moment.end + 1) };
}

/** Squid: 5 10.0.0.1 TCP_MISS/503. */
const squid = / {1,16}\d{1,16} [^\s]{1,64} (?:TCP|UDP|NONE|TAG)[A-Z_]{0,64}\/([1-5]\d\d) /y;
/** IIS: 10.0.0.1 GET /path - 443 - 10.0.0.2 Mozilla/5.0 - 500 0 0 12. */
const iis =
	/ [^\s]{1,64} [A-Z]{3,10} [^\s]{1,8192} [^\s]{1,8192} \d{1,5} [^\s]{1,256} [^\s]{1,64} [^\s]{1,4096}(?: [^\s]{1,8192})? ([1-5]\d\d) \d{1,5} \d{1,16}(?: \d|$)/y;
/** Amazon's load balancers: app/lb 10.0.0.1:80 10.0.0.2:80 0.000 0.001 0.000 502 502. */
const balanced = / [^\s]{1,256} [^\s]{1,64} [^\s]{1,64}(?: -?\d[\d.]{0,16}){3} ([1-5]\d\d) (?:\d{3}|-) /y;
/** CloudFront: FRA2 12 10.0.0.1 GET host /path 502, with tabs. */
const cached =
	/\t[^\s]{1,64}\t\d{1,16}\t[^\s]{1,64}\t[A-Z]{3,10}\t[^\s]{1,256}\t[^\s]{1,8192}\t([1-5]\d\d)\t/y;
/** GIN and fiber: | 500 | 1.2ms | */
const columns = /^ ?\| {0,4}([1-5]\d\d) {0,4}\| {1,16}\d[\w.µ]{0,24} {0,8}\|/;

/** The severity of what follows the time that ends at `at`, in the form of one of these servers. */
function behindTime(text: string, at: number): number | null {
	const status = statusBehind(text, at);
	return status === null ? null : requests.ofStatus(status);
}

function statusBehind(text: string, at: number): number | null {
	if (text[at] === '\t') return statusOf(cached, text, at);
	const next = text.charAt(at + 1);
	if (next === '|') {
		const status = columns.exec(withoutColours(text.slice(at, at + 96)))?.[1];
		return status === undefined ? null : Number(status);
	}
	if (text[at - 1] === 'Z') return statusOf(balanced, text, at);
	// An address, or a number behind blanks.
	if (!' :0123456789f'.includes(next)) return null;
	return statusOf(squid, text, at) ?? statusOf(iis, text, at);
}

function statusOf(pattern: RegExp, text: string, at: number): number | null {
	pattern.lastIndex = at;
	const status = pattern.exec(text)?.[1];
	return status === undefined ? null : Number(status);
}
