import * as digits from '../../lib/log/digits.ts';
import type { Entry, Level } from '../../lib/log/entry.ts';
import * as printable from '../../lib/log/printable.ts';
import * as sequences from '../../lib/log/sequences.ts';
import * as times from './times.ts';

/** How lines are printed. */
export interface Style {
	name: 'text' | 'raw' | 'json';
	/** Whether colors are wanted, ours and those of messages. */
	isColored: boolean;
	/** Whether a terminal prints it, which log text could control. */
	isTerminal: boolean;
	isUtc: boolean;
}

/** SGR parameters (ECMA-48, 8.3.117). */
const colors: Record<Level, string> = {
	trace: '2',
	debug: '2',
	info: '32',
	warn: '33',
	error: '31',
	fatal: '1;31'
};
const [dim, service] = ['2', '36'];

/** One entry, given as JSON, with its line end. */
export function print(json: string, { name, isColored, isTerminal, isUtc }: Style): string {
	if (name === 'json') return `${isTerminal ? printable.escaped(json) : json}\n`;
	const entry = digits.parse(json) as Entry;
	const message = isColored ? entry.message : sequences.strip(entry.message);
	if (name === 'raw') return `${isTerminal ? printable.shown(message) : entry.message}\n`;
	const time = times.shown(entry.time, isUtc);
	const level = entry.level.padEnd(5);
	if (!isColored) return `${printable.line(time, level, entry.service, '', message)}\n`;
	const named = colored(printable.shown(sequences.strip(entry.service)), service);
	return `${colored(time, dim)} ${colored(level, colors[entry.level])} ${named}  ${printable.shown(message)}\n`;
}

const colored = (text: string, color: string) => `\x1b[${color}m${text}\x1b[0m`;
