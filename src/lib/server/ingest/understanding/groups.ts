import * as severity from '../severity.ts';
import * as moments from './moments.ts';
import type { Reading } from './reading.ts';
import * as words from './words.ts';

/** Levels of one letter: of glog, Ruby, Android, MongoDB and what is written in brackets. */
export const letters: ReadonlyMap<string, number> = new Map(
	[...'TVDINWEFC'].map((letter) => [letter, letter === 'N' ? 10 : severity.word(letter)!])
);

/** Characters within brackets, at most, and groups before anything is known. */
const longest = 128;
const closing: Record<string, string> = { '[': ']', '(': ')', '<': '>', '{': '}' };

export const isOpening = (code: number): boolean =>
	code === 0x5b || code === 0x28 || code === 0x3c || code === 0x7b;

/**
 * Passes what stands in brackets of any kind, and reads the time and the level that are in it. False at a JSON object, or
 * without an end.
 */
export function read(reading: Reading): boolean {
	const { text, at } = reading;
	const open = text.charAt(at);
	if (open === '{' && text[at + 1] === '"') return false;
	const known = reading.isTimed || reading.severity !== null;
	if (open !== '[' && !known) return false;
	const end = text.slice(at, at + longest).indexOf(closing[open]!);
	if (end === -1) return false;
	reading.at = at + end + 1;
	if (open === '[' || open === '<') readWithin(reading, at + 1, at + end);
	return true;
}

function readWithin(reading: Reading, from: number, to: number): void {
	let at = readTime(reading, from);
	if (reading.severity === null) {
		const level = levelOf(reading.text.slice(at, to).trim());
		if (level === null) return;
		reading.severity = level.severity;
		at = reading.text.indexOf(level.word, at) + level.word.length;
	}
	if (at === from || reading.isTimed) return;
	readTime(reading, at);
}

/** Where a time at `from`, behind blanks, ends; `from` if none is there, or one is known. */
function readTime(reading: Reading, from: number): number {
	if (reading.isTimed) return from;
	const { text } = reading;
	let at = from;
	while (text[at] === ' ') at += 1;
	const found = moments.at(text, at, reading.now) ?? shortDate(text, at, reading.now);
	if (found === null) return from;
	reading.time = found.time;
	reading.isTimed = true;
	return found.end;
}

/** Tornado and Jupyter: [I 240501 12:00:00.123 App]. */
const tornado = /(\d\d)(\d\d)(\d\d) (?=\d\d:\d\d:\d\d)/y;

function shortDate(text: string, at: number, now: number): moments.Moment | null {
	tornado.lastIndex = at;
	const found = tornado.exec(text);
	if (found === null || text[at - 2] === undefined) return null;
	const clock = moments.at(
		`20${found[1]}-${found[2]}-${found[3]} ${text.slice(tornado.lastIndex, at + 22)}`,
		0,
		now
	);
	return clock === null ? null : { time: clock.time, end: at + clock.end - 4 };
}

interface Level {
	severity: number;
	/** As it is written. */
	word: string;
}

/**
 * The level in brackets: alone (`[warn]`, `[E]`), behind a module or a thread (`[core:error]`, `[Server thread/INFO]`), or
 * before other words if it is in capitals (`[ERROR my_crate]`, `: INFO/MainProcess]`).
 */
function levelOf(content: string): Level | null {
	const inner = content.startsWith(':') ? content.slice(1).trimStart() : content;
	if (inner.length === 1) return ofLetter(inner);
	const end = words.endOfLetters(inner, 0);
	const first = end === 1 && inner[1] === ' ' ? ofLetter(inner[0]!) : ofWord(inner.slice(0, end));
	if (
		first !== null &&
		(end === inner.length || ([' ', '/'].includes(inner.charAt(end)) && isLoud(first.word)))
	)
		return first;
	const colon = inner.lastIndexOf(':');
	if (colon > 0 && !inner.includes(' ')) return ofWord(inner.slice(colon + 1));
	const last = ofWord(inner.slice(inner.lastIndexOf('/') + 1));
	return last !== null && isLoud(last.word) ? last : null;
}

const isLoud = (word: string) => words.isCapitals(word, 0, word.length);

function ofWord(word: string): Level | null {
	const found = words.find(word, 0, word.length);
	return found === undefined ? null : { severity: found.severity, word };
}

function ofLetter(letter: string): Level | null {
	const found = letters.get(letter);
	return found === undefined ? null : { severity: found, word: letter };
}
