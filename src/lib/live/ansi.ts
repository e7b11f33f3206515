/** Coloured runs of a text: class names, links and text, never markup. */
import Anser from 'anser';
import { Terminal } from '../log/terminal.ts';
import * as webAddress from './web-address.ts';

export interface TextRun {
	text: string;
	/** Class names such as `ansi-red-fg ansi-bold`; empty for plain text. */
	style: string;
	/** The web page it links to, if any. */
	href?: string;
}

const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/; // eslint-disable-line no-control-regex
const address = /\bhttps?:\/\/[^\s<>"'`\u00a0-\u200f\u2028-\u202f\u2066-\u2069]+/gi;
/** Punctuation that ends a sentence after a URL is not part of it. */
const afterAddress = /[.,:;!?\u2026)\]}]+$/;

/** Cuts a text into runs, as a terminal would show it: see log/terminal.ts. */
export function runs(text: string): TextRun[] {
	return isPlain(text) ? [{ text, style: '' }] : withAddresses(styled(text));
}

/** The text as a terminal would show it, without colours. */
export function strip(text: string): string {
	if (!controls.test(text)) return text;
	return styled(text)
		.map((run) => run.text)
		.join('');
}

/** The first `most` characters of runs. */
export function head(all: readonly TextRun[], most: number): TextRun[] {
	const kept: TextRun[] = [];
	let left = most;
	for (const run of all) {
		if (left <= 0) break;
		kept.push(run.text.length <= left ? run : { ...run, text: run.text.slice(0, left) });
		left -= run.text.length;
	}
	return kept;
}

/** Whether there is nothing to cut, link or leave out, as in nearly every line. */
export function isPlain(text: string): boolean {
	return !controls.test(text) && !text.includes('://');
}

function styled(text: string): TextRun[] {
	if (!controls.test(text)) return [{ text, style: '' }];
	const terminal = new Terminal<true>({ columns: Infinity });
	terminal.write(text, true);
	terminal.settle(true);
	const rows = terminal.rows().map(({ runs }) => runs.map(runOf));
	// A line feed at the end is kept, as are those in between.
	const end = text.endsWith('\n') ? [{ text: '\n', style: '' }] : [];
	const all = rows.flatMap((row, index) => (index === 0 ? row : [{ text: '\n', style: '' }, ...row]));
	return [...all, ...end];
}

function runOf({ text, codes, link }: { text: string; codes: string; link: string }): TextRun {
	const href = webAddress.of(link || null);
	return { text, style: styleOf(codes), ...(href === null ? {} : { href }) };
}

/** The runs cut at the URLs in them, wherever colours change within one. */
function withAddresses(all: readonly TextRun[]): TextRun[] {
	const text = all.map((run) => run.text).join('');
	const found = [...text.matchAll(address)].flatMap((match) => {
		const trimmed = trim(match[0]);
		const href = webAddress.of(trimmed);
		return href === null ? [] : [{ from: match.index, to: match.index + trimmed.length, href }];
	});
	if (found.length === 0) return [...all];
	let start = 0;
	return all.flatMap((run) => {
		const from = start;
		start += run.text.length;
		return run.href === undefined ? cut(run, from, found) : [run];
	});
}

/** A bracket opened within the URL belongs to it. */
function trim(found: string): string {
	const end = afterAddress.exec(found)?.[0] ?? '';
	const bare = found.slice(0, found.length - end.length);
	return end.startsWith(')') && bare.split('(').length > bare.split(')').length ? `${bare})` : bare;
}

interface Found {
	from: number;
	to: number;
	href: string;
}

function cut(run: TextRun, from: number, found: readonly Found[]): TextRun[] {
	const parts: TextRun[] = [];
	const end = from + run.text.length;
	let at = from;
	const add = (to: number, href?: string) => {
		if (to <= at) return;
		parts.push({ ...run, text: run.text.slice(at - from, to - from), ...(href && { href }) });
		at = to;
	};
	for (const link of found) {
		if (link.to <= at || link.from >= end) continue;
		add(Math.max(at, link.from));
		add(Math.min(end, link.to), link.href);
	}
	add(end);
	return parts;
}

function styleOf(codes: string): string {
	if (codes === '') return '';
	const token = Anser.ansiToJson(`\x1b[${codes}mx`, { json: true, remove_empty: true, use_classes: true }).at(
		-1
	);
	if (!token) return '';
	const names = new Set<string>();
	if (token.fg) names.add(`${nearest(token.fg, token.fg_truecolor)}-fg`);
	if (token.bg) names.add(`${nearest(token.bg, token.bg_truecolor)}-bg`);
	for (const decoration of token.decorations) names.add(`ansi-${decoration}`);
	return [...names].join(' ');
}
const bases = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** One of the sixteen named colours: only those are sure to be readable on both of our backgrounds. */
function nearest(name: string, rgb: string | null): string {
	const palette = /^ansi-palette-(\d+)$/.exec(name);
	if (palette) return named(paletteRgb(Number(palette[1])));
	if (name === 'ansi-truecolor' && rgb) return named(rgb.split(',').map(Number));
	return name;
}

function named(rgb: number[]): string {
	const [red = 0, green = 0, blue = 0] = rgb;
	const most = Math.max(red, green, blue);
	const least = Math.min(red, green, blue);
	if (most - least < 40) return grey(most);
	const middle = (most + least) / 2;
	const base = bases[(red > middle ? 1 : 0) + (green > middle ? 2 : 0) + (blue > middle ? 4 : 0)] ?? 'white';
	return most > 200 ? `ansi-bright-${base}` : `ansi-${base}`;
}

function grey(brightness: number): string {
	if (brightness < 48) return 'ansi-black';
	if (brightness < 144) return 'ansi-bright-black';
	return brightness < 224 ? 'ansi-white' : 'ansi-bright-white';
}

/** xterm's 256 colours, numbers 16 and up: a 6×6×6 cube, then 24 greys. */
function paletteRgb(index: number): number[] {
	if (index >= 232) return Array<number>(3).fill(8 + (index - 232) * 10);
	const cube = index - 16;
	const steps = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6];
	return steps.map((step) => (step === 0 ? 0 : 55 + step * 40));
}
