import * as groups from './groups.ts';
import * as moments from './moments.ts';
import { isBlank } from './pairs.ts';
import * as php from './php.ts';
import * as prefixes from './prefixes.ts';
import { endOfColours, escape, type Reading } from './reading.ts';
import * as requests from './requests.ts';
import * as syslog from './syslog.ts';
import * as words from './words.ts';

/** What stands before a line's message. */
export interface Head {
	time: number | null;
	severity: number | null;
	/** Where it ends: there is the message, the first pair or the record. */
	end: number;
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
		isSyslog: false,
		passed: 0
	};
	prefixes.read(reading);
	for (let parts = 0; parts < mostParts && reading.at < reach; parts += 1) if (!readPart(reading)) break;
	if (reading.isTimed && reading.severity === null) reading.severity = levelOfNextLine(reading);
	return { time: reading.time, severity: reading.severity, end: reading.at };
}

/** Whether there was another part, and more may follow. */
function readPart(reading: Reading): boolean {
	const { text } = reading;
	reading.at = endOfSeparators(text, reading.at);
	if (reading.isTimed && reading.severity !== null) return false;
	const code = text.charCodeAt(reading.at);
	if (words.isLetter(code)) return readWord(reading);
	if (moments.isDigit(code)) return readMoment(reading) || pass(reading);
	if (code === 0x22) reading.severity ??= requests.quoted(text, reading.at);
	return groups.isOpening(code) && groups.read(reading);
}

function readMoment(reading: Reading): boolean {
	if (reading.isTimed) return false;
	const found = moments.at(reading.text, reading.at, reading.now);
	if (found === null) return false;
	reading.time = found.time;
	reading.isTimed = true;
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
	if (word !== undefined && stands(reading, word, end)) {
		reading.severity = word.severity;
		reading.at = end;
		return true;
	}
	const letter = end === at + 1 && reading.isTimed ? groups.letters.get(text.charAt(at)) : undefined;
	// Android: two numbers before the letter. MongoDB: a component in capitals behind it.
	if (
		letter !== undefined &&
		(reading.passed === 2 || (reading.passed === 0 && /^ {1,2}[A-Z]{2}/.test(text.slice(end, end + 4))))
	) {
		reading.severity = letter;
		reading.at = end;
		return true;
	}
	return pass(reading);
}

/** Whether a word stands as a level does, by how it is written and what follows it. */
function stands(reading: Reading, word: words.Word, end: number): boolean {
	const { text, at, isTimed, passed } = reading;
	const isLoud = words.isCapitals(text, at, end);
	const next = endOfColours(text, end);
	switch (text[next]) {
		case ':':
			if (isLoud) return text[next + 1] !== '/' && (word.kind === 'loud' || word.isSpoken || isTimed);
			return word.isSpoken && passed === 0 && !(text.charCodeAt(endOfColours(text, next + 1)) > 0x20);
		case '|':
		case '\t':
			return isLoud || isTimed;
		case '[':
			return isLoud && (isTimed || moments.isDigit(text.charCodeAt(next + 1)));
		case ' ':
		case undefined:
			break;
		default:
			return false;
	}
	const following = text[endOfBlanks(text, next)];
	if (following === '|') return isLoud || isTimed;
	// TRACE is a method of HTTP, too.
	if (!isLoud || following === '/' || following === '=') return false;
	return word.kind === 'loud' || (word.kind === 'short' && ((isTimed && passed === 0) || following === '-'));
}

/** Passes a word behind the time that is a name rather than prose: a host, a program, a class, a number. */
function pass(reading: Reading): boolean {
	const { text, at } = reading;
	if (!reading.isTimed || reading.severity !== null || reading.passed > 6) return false;
	let end = at;
	while (end < at + 128 && end < text.length && !isBlank(text.charCodeAt(end))) end += 1;
	const token = text.slice(at, end);
	if (token.includes('=')) return false;
	if (token.endsWith(':')) {
		const level = /\.([A-Z]{3,11}):$/.exec(token);
		const word = level === null ? undefined : words.find(level[1]!, 0, level[1]!.length);
		if (word !== undefined) reading.severity = word.severity;
		else if (!reading.isSyslog && !/[\d\]]:$/.test(token)) return false;
		reading.passed = -1;
		reading.isSyslog = false;
	} else if (!isName(reading, token, end)) return false;
	reading.passed += 1;
	reading.at = end;
	return true;
}

function isName(reading: Reading, token: string, end: number): boolean {
	if (reading.isSyslog && reading.passed === 0) return true;
	if (/[^A-Za-z'’](?=.)|^\d$/.test(token)) return true;
	if (token === 'stdout' || token === 'stderr' || token === 'F' || token === 'P') return true;
	const { text } = reading;
	if (text[end] === '\t') return true;
	const next = text[endOfBlanks(text, end)];
	return next === '|' || (next === '-' && /[- ]/.test(text.charAt(endOfBlanks(text, end) + 1)));
}

/** java.util.logging writes the level at the beginning of a second line. */
function levelOfNextLine({ text }: Reading): number | null {
	const feed = text.indexOf('\n');
	if (feed === -1 || feed > reach) return null;
	const end = words.endOfLetters(text, feed + 1);
	const word = text[end] === ':' ? words.find(text, feed + 1, end) : undefined;
	return word !== undefined && words.isCapitals(text, feed + 1, end) ? word.severity : null;
}

/** Behind blanks, colours and what separates the parts of a head; a line feed is none of these. */
function endOfSeparators(text: string, from: number): number {
	let at = from;
	const most = Math.min(text.length, reach);
	for (; at < most; at += 1) {
		const code = text.charCodeAt(at);
		if (code === escape) {
			const end = endOfColours(text, at);
			if (end === at) return at;
			at = end - 1;
		} else if (code === 0x2d && !isBlankOrDash(text.charCodeAt(at + 1))) return at;
		else if (!isSeparator(code)) return at;
	}
	return at;
}

/** Space, tab, `|`, `:`, `,`, `;` and `-`. */
const isSeparator = (code: number) =>
	code === 0x20 ||
	code === 0x09 ||
	code === 0x7c ||
	code === 0x3a ||
	code === 0x2c ||
	code === 0x3b ||
	code === 0x2d;
const isBlankOrDash = (code: number) => code === 0x20 || code === 0x2d || code === 0x09;

function endOfBlanks(text: string, at: number): number {
	let end = at;
	while (end < at + 64 && text[end] === ' ') end += 1;
	return end;
}
