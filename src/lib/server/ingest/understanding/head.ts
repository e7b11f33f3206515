import * as groups from './groups.ts';
import * as levels from './levels.ts';
import * as moments from './moments.ts';
import { isBlank } from './pairs.ts';
import * as php from './php.ts';
import * as prefixes from './prefixes.ts';
import type { Reading } from './reading.ts';
import * as requests from './requests.ts';
import * as separators from './separators.ts';
import * as syslog from './syslog.ts';
import * as traces from './traces.ts';
import * as words from './words.ts';

/** What stands before a line's message. */
export interface Head {
	time: number | null;
	severity: number | null;
	/** Where it ends: there is the message, the first pair or the record. */
	end: number;
	/** Where the time in it ends; -1 if it has none. */
	timeEnd: number;
	/** Whether the severity is syslog's info or notice, which programs send that do not know better. */
	isDefault: boolean;
}

/** Parts and characters that a head has at most. */
const mostParts = 24;
const reach = 512;

/**
 * Reads the beginning of a line: prefixes, then times, levels, names in brackets, numbers and the like in any order, as
 * far as it looks like what loggers write and not like a sentence. `now` is in epoch milliseconds.
 */
export function read(text: string, now: number): Head {
	const reading: Reading = {
		text,
		now,
		at: 0,
		time: null,
		severity: null,
		isTimed: false,
		timeEnd: -1,
		isSyslog: false,
		isDefault: false,
		passed: 0
	};
	prefixes.read(reading);
	for (let parts = 0; parts < mostParts && reading.at < reach; parts += 1) if (!readPart(reading)) break;
	if (reading.severity === null) {
		const feed = text.indexOf('\n');
		if (reading.isTimed && feed !== -1 && feed < reach) reading.severity = levelOfNextLine(text, feed);
		reading.severity ??= traces.levelAt(text, reading.at, feed);
	}
	const { time, severity, at, timeEnd, isDefault } = reading;
	return { time, severity, end: at, timeEnd, isDefault };
}

/** Whether there was another part, and more may follow. */
function readPart(reading: Reading): boolean {
	const { text } = reading;
	reading.at = separators.endOf(text, reading.at, reach);
	if (reading.isTimed && reading.severity !== null) return false;
	const code = text.charCodeAt(reading.at);
	if (words.isLetter(code)) return readWord(reading);
	if (moments.isDigit(code)) return readMoment(reading) || pass(reading);
	if (code === 0x23 || code === 0x25) reading.severity ??= levels.ofSign(text, reading.at);
	if (code === 0x22) reading.severity ??= requests.quoted(text, reading.at);
	return groups.isOpening(code) && groups.read(reading);
}

function readMoment(reading: Reading): boolean {
	if (reading.isTimed) return false;
	const found = moments.at(reading.text, reading.at, reading.now);
	if (found === null) return false;
	reading.time = found.time;
	reading.isTimed = true;
	reading.timeEnd = found.end;
	reading.isSyslog ||= syslog.isHeader(reading.text, reading.at, found.end);
	reading.at = found.end;
	return true;
}

function readWord(reading: Reading): boolean {
	if (readMoment(reading)) return true;
	if (reading.severity !== null) return false;
	const { text, at } = reading;
	const end = words.endOfLetters(text, at);
	if (text.startsWith('PHP ', at)) reading.severity = php.levelAt(text, at);
	if (reading.severity !== null) return false;
	const word = words.find(text, at, end);
	if (word !== undefined && levels.stands(reading, word, end)) return found(reading, word.severity, end);
	const letter = end === at + 1 ? (levels.ofLetter(reading) ?? levels.ofExclamation(reading)) : null;
	if (letter !== null) return found(reading, letter, end);
	return pass(reading);
}

function found(reading: Reading, severity: number, end: number): true {
	reading.severity = severity;
	reading.at = end;
	return true;
}

/** Passes a word behind the time that is a name rather than prose: a host, a program, a class, a number. */
function pass(reading: Reading): boolean {
	const { text, at } = reading;
	if (!reading.isTimed || reading.severity !== null || reading.passed > 6) return false;
	let end = at;
	while (end < at + 128 && end < text.length && !isEnd(text.charCodeAt(end))) end += 1;
	const token = text.slice(at, end);
	if (token.includes('=')) return false;
	if (token.endsWith(':')) {
		reading.severity = levels.ofTag(token) ?? levels.behindProgram(text, token, end);
		if (reading.severity === null && !reading.isSyslog && !/[\d\]]:$/.test(token)) return false;
		reading.passed = -1;
		reading.isSyslog = false;
	} else if (!isName(reading, token, end)) return false;
	reading.passed += 1;
	reading.at = end;
	return true;
}

/** A blank or `|`. */
const isEnd = (code: number) => isBlank(code) || code === 0x7c;

function isName(reading: Reading, token: string, end: number): boolean {
	if (reading.isSyslog && reading.passed === 0) return true;
	if (/[^A-Za-z'’](?=.)|^\d$/.test(token)) return true;
	if (token === 'stdout' || token === 'stderr' || token === 'F' || token === 'P') return true;
	const { text } = reading;
	if (text[end] === '\t') return true;
	const next = text[separators.endOfBlanks(text, end)];
	return next === '|' || (next === '-' && /[- ]/.test(text.charAt(separators.endOfBlanks(text, end) + 1)));
}

/** java.util.logging writes the level at the beginning of a second line. */
function levelOfNextLine(text: string, feed: number): number | null {
	const end = words.endOfLetters(text, feed + 1);
	const word = text[end] === ':' ? words.find(text, feed + 1, end) : undefined;
	return word !== undefined && words.isCapitals(text, feed + 1, end) ? word.severity : null;
}
