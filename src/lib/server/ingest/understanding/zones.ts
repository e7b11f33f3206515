import * as time from '../time.ts';
import * as regions from './regions.ts';
import * as words from './words.ts';

/** What stands behind a time of day. */
export interface Zone {
	/** How far it is ahead of UTC, in ms: 0 if there is none, NaN if its name does not tell. */
	offset: number;
	end: number;
}

const fixed = / ?(UTC|GMT)(?!\w)| ?([+-]\d\d:?\d\d)(?![\w.]|:\d)|(Z|[+-]\d\d)(?!\w|:\d)/y;
/** As PostgreSQL writes them; elsewhere it is a number: "12:00:00 -10 items". */
const hours = / ([+-](?:0\d|1[0-4]))(?!\w)/y;
const abbreviation = / ([A-Z]{3,5})(?![\w/=])/y;
const region =
	/ ((?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc|US)\/[\w/+-]{1,40})/y;
/** Of Java: 10:20:30 AM Central European Summer Time. */
const spelled = / ((?:[A-Z][a-z]{2,20} ){1,3})Time(?=[\])>]|$)/y;

/** Zones as systems abbreviate them, many of which mean different things in different places. */
const abbreviations = new Set(
	[
		'CET CEST WET WEST EET EEST MSK MSD BST IST IDT EST EDT CST CDT MST MDT PST PDT AKST AKDT HST HDT AST ADT NST',
		'NDT BRT BRST ART CLT CLST COT PET UYT VET JST KST HKT SGT MYT PHT PHST ICT WIB WITA WIT PKT NPT AEST AEDT',
		'ACST ACDT AWST NZST NZDT SST SAST CAT EAT WAT TRT IRST GST AZT UZT SAMT YEKT NOVT KRAT IRKT VLAT'
	].flatMap((line) => line.split(' '))
);

/**
 * The zone behind a time of day that ends at `at`; null if that is no end of a time. `local` is the whole time as it is
 * written, in ms as if in UTC; NaN if it has no year or day: then only an offset and a well-known abbreviation are zones.
 */
export function behind(text: string, at: number, local: number): Zone | null {
	const first = text.charCodeAt(at);
	if (first === 0x5a && !isWord(text.charCodeAt(at + 1)) && text[at + 1] !== ':')
		return { offset: 0, end: at + 1 };
	const next = first === 0x20 ? text.charCodeAt(at + 1) : first;
	const zone = words.isCapital(next) || next === 0x2b || next === 0x2d ? read(text, at, local) : null;
	if (zone !== null) return zone;
	const goesOn = isWord(first) || (first === 0x3a && isDigit(text.charCodeAt(at + 1)));
	return goesOn ? null : { offset: 0, end: at };
}

function read(text: string, at: number, local: number): Zone | null {
	const known = match(fixed, text, at);
	if (known !== null) return { offset: time.offset(known[1] ?? known[2] ?? known[3]!), end: fixed.lastIndex };
	if (text[at] !== ' ') return null;
	if (!words.isCapital(text.charCodeAt(at + 1))) return readHours(text, at, local);
	if (words.isCapital(text.charCodeAt(at + 3))) return readAbbreviation(text, at, local);
	const name = match(region, text, at)?.[1];
	if (name !== undefined) return { offset: regions.offset(name, local), end: region.lastIndex };
	const long = match(spelled, text, at)?.[1];
	if (long === undefined) return null;
	return { offset: long === 'Coordinated Universal ' ? 0 : NaN, end: spelled.lastIndex };
}

function readHours(text: string, at: number, local: number): Zone | null {
	const written = Number.isNaN(local) ? undefined : match(hours, text, at)?.[1];
	if (written === undefined || !endsTime(text, hours.lastIndex)) return null;
	return { offset: time.offset(written), end: hours.lastIndex };
}

/** Other capitals are a zone only where no sentence follows, and no level. */
function readAbbreviation(text: string, at: number, local: number): Zone | null {
	const name = match(abbreviation, text, at)?.[1];
	if (name === undefined) return null;
	const end = abbreviation.lastIndex;
	const isZone =
		abbreviations.has(name) ||
		(!Number.isNaN(local) && words.find(text, at + 1, end) === undefined && endsTime(text, end));
	return isZone ? { offset: NaN, end } : null;
}

/** Whether a time with its zone can end there: before the end, a bracket, a delimiter or a level in capitals. */
function endsTime(text: string, end: number): boolean {
	const next = text.charAt(end);
	if (next !== ' ')
		return next === ':' ? text.charCodeAt(end + 1) > 0x20 : next === '' || '])>|\t'.includes(next);
	if (text[end + 1] === '[') return true;
	const word = words.endOfLetters(text, end + 1);
	return words.isCapitals(text, end + 1, word) && words.find(text, end + 1, word) !== undefined;
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
	pattern.lastIndex = at;
	return pattern.exec(text);
}

const isDigit = (code: number) => code >= 48 && code <= 57;
/** A letter, a digit or an underscore. */
const isWord = (code: number) => words.isLetter(code) || isDigit(code) || code === 0x5f;
