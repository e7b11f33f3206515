import { isDigit } from './moments.ts';

/** A program with its process behind a host: ` web sshd[7]: `. */
const withProcess = / [\w.:-]{1,255} [^\s[\]:]{1,128}\[\d{1,10}\]: /y;
/** A program alone: ` web kernel: `. */
const program = / [\w.:-]{1,255} [^\s[\]:]{1,128}: /y;
/** An offset with a colon and microseconds before it, as rsyslog has them even in UTC. */
const rsyslog = /\.\d{6}[+-]\d\d:\d\d$/;

/**
 * Whether the time from `start` to `end` begins a line of syslog, so that a host and a program follow: with a month's name
 * and no year (RFC 3164), or as ISO 8601. Others write a sentence behind the latter, too: then the program shows its
 * process, or the time is as exact as rsyslog's.
 */
export function isHeader(text: string, start: number, end: number): boolean {
	if (!isDigit(text.charCodeAt(start))) return end - start < 20;
	if (text[start + 10] !== 'T' || text[end] !== ' ') return false;
	const host = text.indexOf(' ', end + 1);
	if (text[text.indexOf(' ', host + 1) - 1] !== ':') return false;
	withProcess.lastIndex = program.lastIndex = end;
	return withProcess.test(text) || (program.test(text) && rsyslog.test(text.slice(start, end)));
}
