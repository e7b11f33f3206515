import * as severity from '../severity.ts';
import { letters } from './groups.ts';
import * as moments from './moments.ts';
import { endOfColours, type Reading } from './reading.ts';
import { endOfBlanks } from './separators.ts';
import * as words from './words.ts';

/** Icinga: critical/ApiListener: message. */
const facility = /\/[A-Z]\w{1,64}:/y;
/** swift-log: error label : message, behind a time with an offset of four digits. */
const label = / [\w.-]{1,128}(?: :|: \[)/y;
/** rustc: error[E0382]: message. */
const rustc = /\[E\d{4}\]: /y;
/** An error page of HTTP is prose: ERROR 404 page design. */
const page = / [45]\d\d [a-z]/y;

/** Whether a word from `reading.at` to `end` stands as a level does, by how it is written and what follows it. */
export function stands(reading: Reading, word: words.Word, end: number): boolean {
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
			if (!isLoud) return matches(rustc, text, next);
			return isTimed || moments.isDigit(text.charCodeAt(next + 1));
		case '/':
			return isTimed && passed === 0 && matches(facility, text, next);
		case ' ':
		case undefined:
			return standsBefore(reading, word, isLoud, next);
		default:
			return false;
	}
}

/** The same before a space. */
function standsBefore(
	{ text, isTimed, passed, at }: Reading,
	word: words.Word,
	isLoud: boolean,
	next: number
) {
	const following = text[endOfBlanks(text, next)];
	if (following === '|') return isLoud || isTimed;
	if (!isLoud)
		return (
			isTimed && passed === 0 && /^[+-]\d{4} $/.test(text.slice(at - 6, at)) && matches(label, text, next)
		);
	// TRACE is a method of HTTP, too.
	if (following === '/' || following === '=') return false;
	if (!isTimed && matches(page, text, next)) return false;
	return word.kind === 'loud' || (word.kind === 'short' && ((isTimed && passed === 0) || following === '-'));
}

/** TensorFlow: W tensorflow/core/file.cc:1] message. */
const file = / [\w./-]{1,256}:\d{1,7}\] /y;

/** The level of a letter that stands alone at `reading.at` behind a time; null if it is none. */
export function ofLetter({ text, at, isTimed, passed }: Reading): number | null {
	const severity = isTimed ? letters.get(text.charAt(at)) : undefined;
	if (severity === undefined) return null;
	// Android: two numbers before the letter.
	if (passed === 2) return severity;
	if (passed > 0) return null;
	const next = text.slice(at + 1, at + 5);
	// MongoDB: a component in capitals behind it; etcd: microseconds before it and a bar behind.
	const stands = /^ {1,2}[A-Z]{2}/.test(next) || (text[at - 8] === '.' && next.startsWith(' | '));
	return stands || matches(file, text, at + 1) ? severity : null;
}

/** Telegraf: E! message. */
export function ofExclamation({ text, at, isTimed, passed }: Reading): number | null {
	const stands = isTimed && passed === 0 && text[at + 1] === '!' && text[at + 2] === ' ';
	return stands ? (letters.get(text.charAt(at)) ?? null) : null;
}

const inTag = /[.:[]([A-Z]{3,11})\]?:$/;

/** Monolog's channel (`app.ERROR:`), cloud-init's file (`util.py[WARNING]:`), Amazon's PostgreSQL (`u@db:[7]:ERROR:`). */
export function ofTag(token: string): number | null {
	const word = inTag.exec(token)?.[1];
	return word === undefined ? null : (words.find(word, 0, word.length)?.severity ?? null);
}

/** In capitals only what has a dot or a slash, which is a file: `Note: error: …` is a sentence. */
const isProgram = /^[a-z]|[./]/;
const spoken = / (fatal error|[A-Za-z]{3,11})(?=: |:$)/y;

/**
 * The level between two colons that a program, a part of it or a place in a file stands before: `psql: error: `,
 * `imap-login: Error: `, `main.c:3:4: error: `. Null if there is none at `at`, behind that name.
 */
export function behindProgram(text: string, name: string, at: number): number | null {
	spoken.lastIndex = at;
	const word = spoken.exec(text)?.[1];
	if (word === undefined || !isProgram.test(name)) return null;
	if (word === 'fatal error') return severity.word('fatal');
	const found = words.find(word, 0, word.length);
	return found?.isSpoken === true ? found.severity : null;
}

const github = /##\[(error|warning|debug|notice)\]/y;
/** Cisco: %LINK-3-UPDOWN, with a severity of syslog. */
const cisco = /%[A-Z][A-Z\d_]{1,31}(?:-[A-Z\d_]{1,31})?-([0-7])-[A-Z\d_]{1,64}: /y;

/** The level of what begins with a sign: GitHub's `##[error]` and Cisco's mnemonics; null if none does. */
export function ofSign(text: string, at: number): number | null {
	const [pattern, isWord] = text[at] === '#' ? [github, true] : [cisco, false];
	pattern.lastIndex = at;
	const found = pattern.exec(text)?.[1];
	if (found === undefined) return null;
	return isWord ? severity.word(found) : severity.read('PRIORITY', found);
}

function matches(pattern: RegExp, text: string, at: number): boolean {
	pattern.lastIndex = at;
	return pattern.test(text);
}
