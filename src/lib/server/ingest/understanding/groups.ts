import * as severity from '../severity.ts';
import * as moments from './moments.ts';
import { withoutColours, type Reading } from './reading.ts';
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
	// WebLogic begins with one of another kind.
	if (open !== '[' && !known && text[at - 1] !== '#') return false;
	const end = text.slice(at, at + longest).indexOf(closing[open]!);
	if (end === -1) return false;
	reading.at = at + end + 1;
	if (open === '[' || open === '<') readWithin(reading, at + 1, at + end);
	return true;
}

function readWithin(reading: Reading, from: number, to: number): void {
	let at = readTime(reading, from);
	if (reading.severity === null) {
		const level = levelOf(withoutColours(reading.text.slice(at, to)).trim(), reading.isTimed);
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
	const found = moments.at(text, at, reading.now);
	if (found === null) return from;
	reading.time = found.time;
	reading.isTimed = true;
	return found.end;
}

interface Level {
	severity: number;
	/** As it is written. */
	word: string;
}

/** What may follow a level in brackets, not being words as in `[DEBUG MODE OFF]`: a process, a number, a path. */
const beforePath = /^(?:\/| +(?:\d|[a-z]\w{0,63}(?:_|\.|::)[\w:.$-]*$))/;
/** Behind a time also a name. */
const beforeName = /^(?:\/| +(?:\d|[a-z_][\w:.$-]*$))/;

/**
 * The level in brackets: alone (`[warn]`, `[E]`), behind a module or a thread (`[core:error]`, `[Server thread/INFO]`), or
 * before a name or a number if it is in capitals (`[ERROR my_crate]`, `: INFO/MainProcess]`, `[I 240501 12:00:00 web:1]`).
 */
function levelOf(content: string, isTimed: boolean): Level | null {
	const before = isTimed ? beforeName : beforePath;
	const inner = content.startsWith(':') ? content.slice(1).trimStart() : content;
	if (inner.length === 1) return ofLetter(inner);
	const end = words.endOfLetters(inner, 0);
	const first = end === 1 && inner[1] === ' ' ? ofLetter(inner[0]!) : ofWord(inner.slice(0, end));
	if (first !== null && (end === inner.length || (isLoud(first.word) && before.test(inner.slice(end)))))
		return first;
	const colon = inner.lastIndexOf(':');
	if (colon > 0 && !inner.includes(' ')) return ofWord(inner.slice(colon + 1)) ?? ofChromium(inner);
	const last = ofWord(inner.slice(inner.lastIndexOf('/') + 1));
	return last !== null && isLoud(last.word) ? last : null;
}

/** Chromium: [123:456:0501/120000.123456:ERROR:file.cc(12)]. */
const chromium = /:([A-Z]{3,11}):[\w./-]{1,64}\(\d{1,7}\)$/;

function ofChromium(inner: string): Level | null {
	const word = inner.endsWith(')') ? chromium.exec(inner)?.[1] : undefined;
	return word === undefined ? null : ofWord(word);
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
