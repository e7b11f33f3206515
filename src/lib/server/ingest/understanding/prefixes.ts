import * as severity from '../severity.ts';
import * as time from '../time.ts';
import { letters } from './groups.ts';
import * as levels from './levels.ts';
import * as moments from './moments.ts';
import * as nearest from './nearest.ts';
import * as openings from './openings.ts';
import { endOfColours, type Reading } from './reading.ts';
import * as words from './words.ts';

/**
 * Reads the forms that only the beginning of a line can have: a byte order mark, colours, syslog's priority, the name of a
 * container or a program, and the heads of Go's and Google's glog, Ruby, Redis, Android, Erlang, npm and PHP.
 */
export function read(reading: Reading): void {
	const { text } = reading;
	reading.at = endOfColours(text, text.charCodeAt(0) === 0xfeff ? 1 : 0);
	if (text[reading.at] === '<') readPriority(reading);
	else readName(reading);
	if (reading.severity === null) readForms(reading);
	reading.at = openings.endOf(text, reading.at);
}

function readForms(reading: Reading): void {
	const { text } = reading;
	const first = text.charCodeAt(reading.at);
	const second = text.charAt(reading.at + 1);
	if (words.isCapital(first)) {
		if (moments.isDigit(second.charCodeAt(0))) readGlog(reading);
		else if (second === ',' || second === '/') readLetter(reading);
	} else if (moments.isDigit(first)) readRedis(reading);
	else if (first === 0x3d) readErlang(reading);
	readWords(reading);
}

/** `<11>` (RFC 5424, 6.2.1; also of the kernel and systemd), and the version that may stand behind it. */
const priority = /<(\d{1,3})>(?:1 )?/y;

function readPriority(reading: Reading): void {
	const found = match(priority, reading);
	if (found === null || Number(found[1]) > 191) return;
	reading.severity = severity.read('PRIORITY', Number(found[1]) & 7);
	reading.isDefault = reading.severity === 9 || reading.severity === 10;
	reading.at = priority.lastIndex;
	reading.isSyslog = true;
}

/** Of Docker Compose (`web-1  | `) or of a program (`sshd[123]: `). */
const name = /[\w./-]{1,64}(?: {0,32}\| |\[\d{1,10}\]: )/y;

function readName(reading: Reading): void {
	const { text, at } = reading;
	// Most lines begin with a word and have neither.
	const bar = text.indexOf(' ', at);
	if (bar === -1 || bar > at + 80) return;
	const before = text.charCodeAt(bar - 1);
	if (before === 0x3a) reading.severity = levels.behindProgram(text, text.slice(at, bar), bar);
	if (reading.severity !== null) return;
	if (before !== 0x3a && before !== 0x7c && text[bar + 1] !== '|' && text[bar + 1] !== ' ') return;
	if (match(name, reading) !== null) reading.at = endOfColours(text, name.lastIndex);
}

/**
 * I0501 12:00:00.123456  1234 file.go:12] message; newer ones have the year, I20240501; CockroachDB has two digits of it
 * and no bracket.
 */
const glog =
	/([IWEF])(\d{4}|\d\d)?(\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{1,9}) {1,8}\d{1,10} [\w./@-]{1,128}:\d{1,7}(?:\] ?| )/y;

function readGlog(reading: Reading): void {
	const found = match(glog, reading);
	if (found === null) return;
	const [month, day] = [Number(found[3]), Number(found[4])];
	const clock = time.ofDay(found[5]!, found[6]!, found[7]!, found[8]);
	const { now } = reading;
	const moment =
		found[2] === undefined
			? nearest.year(month, day, clock, now)
			: time.midnight(Number(found[2].padStart(4, '20')), month, day) + clock;
	timed(reading, time.within(moment, now), letters.get(found[1]!)!, glog.lastIndex);
}

/** Ruby's Logger: E, [2024-05-01T12:00:00.123456 #12] ERROR -- : message. Of "any" its letter is A. */
const ruby = /[DIWEFA], \[([^\]]{19,40})\] {1,2}(DEBUG|INFO|WARN|ERROR|FATAL|ANY) -- /y;
/** Android's brief form: E/Tag(  123): message. */
const android = /([VDIWEF])\/[^\s(]{1,64} {0,16}\( {0,8}\d{1,8}\): /y;

function readLetter(reading: Reading): void {
	const record = match(ruby, reading);
	if (record !== null) {
		const moment = moments.at(record[1]!, 0, reading.now);
		const level = record[2] === 'ANY' ? null : severity.word(record[2]!);
		return timed(reading, moment?.time ?? null, level, ruby.lastIndex);
	}
	const brief = match(android, reading);
	if (brief === null) return;
	reading.severity = letters.get(brief[1]!)!;
	reading.at = android.lastIndex;
}

/** 1:M 01 May 2024 12:00:00.123 * Ready to accept connections. */
const redis = /\d{1,10}:[XCSM] (\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d{3}) ([.*#-]) /y;
/** Redis' debug, verbose, notice and warning. */
const redisLevels: Record<string, string> = { '.': 'debug', '-': 'verbose', '*': 'notice', '#': 'warning' };

function readRedis(reading: Reading): void {
	const found = match(redis, reading);
	if (found === null) return;
	const moment = moments.at(found[1]!, 0, reading.now);
	timed(reading, moment?.time ?? null, severity.word(redisLevels[found[2]!]!), redis.lastIndex);
}

/** =ERROR REPORT==== 1-May-2024::12:00:00 === */
const erlang = /=([A-Z]{4,8}) REPORT={4} ([\w:.-]{17,40}) ===/y;

function readErlang(reading: Reading): void {
	const found = match(erlang, reading);
	if (found === null) return;
	const moment = moments.at(found[2]!, 0, reading.now);
	timed(reading, moment?.time ?? null, severity.word(found[1]!), erlang.lastIndex);
}

/** `npm ERR! code`, `npm warn deprecated`. */
const npm = /npm (?:(ERR!|error)|WARN|warn) /y;

function readWords(reading: Reading): void {
	if (reading.text[reading.at] !== 'n') return;
	const found = match(npm, reading);
	if (found === null) return;
	reading.severity = severity.word(found[1] === undefined ? 'warn' : 'error');
	reading.at = npm.lastIndex;
}

function timed(reading: Reading, moment: number | null, level: number | null, end: number): void {
	reading.time = moment;
	reading.isTimed = true;
	reading.severity = level;
	reading.at = end;
}

function match(pattern: RegExp, { text, at }: Reading): RegExpExecArray | null {
	pattern.lastIndex = at;
	return pattern.exec(text);
}
