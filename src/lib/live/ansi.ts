/** Coloured pieces of a line: class names and text, never markup. */
import Anser from 'anser';

export interface Piece {
	text: string;
	/** Class names such as `ansi-red-fg ansi-bold`; empty for plain text. */
	style: string;
}

/** So many colour changes are honoured in one text; what follows is plain. It bounds the work for a hostile line. */
const mostChanges = 400;

/** Colour codes as programs write them. Longer ones are no codes but noise, and would cost quadratic time. */
const colour = String.raw`\x1b\[[0-9;]{0,64}m`;
const sequences = [
	String.raw`(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?`, // cursor movement, erasing, private modes
	String.raw`\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?`, // titles and links
	String.raw`\x1b[PX^_][^\x1b]*(?:\x1b\\)?`, // device control, application strings
	String.raw`\x1b[ -/]*[0-~]?` // everything else, and an escape at the end
].join('|');
const escapes = new RegExp(`(${colour})|${sequences}`, 'g');

/** Cuts a text into coloured pieces. Every other escape sequence is left out. */
export function pieces(text: string): Piece[] {
	if (isPlain(text)) return [{ text, style: '' }];
	let changes = 0;
	const clean = text.replace(escapes, (_, change?: string) => {
		if (change === undefined || ++changes > mostChanges) return '';
		return change;
	});
	const options = { json: true, remove_empty: true, use_classes: true };
	return Anser.ansiToJson(clean, options).map((token) => ({ text: token.content, style: styleOf(token) }));
}

/** The text without its escape sequences. */
export function strip(text: string): string {
	return isPlain(text) ? text : text.replace(escapes, '');
}

/** Whether there is nothing to cut or leave out: so it is with nearly every line. */
export function isPlain(text: string): boolean {
	return !text.includes('\x1b') && !text.includes('\x9b');
}

type Token = ReturnType<typeof Anser.ansiToJson>[number];

function styleOf(token: Token): string {
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
