import { Buffer } from 'node:buffer';

/** Bytes of one message; the server cuts longer ones (API.md, Limits). */
const longestMessage = 256 * 1024;
/** The fields from which the server takes an entry's time (API.md). */
const timeFields = ['time', 'timestamp', '@timestamp', 'ts'];

/**
 * The NDJSON for one line: a JSON object as it stands, anything else as a message, in several if it is too long for one;
 * nothing for a blank line. An entry without a time gets the time it was read, because it may be sent much later.
 */
export function encode(line: string, now: Date): string {
	if (line.trim() === '') return '';
	const time = JSON.stringify(now.toISOString());
	const object = parse(line);
	if (!object) return messages(line, time);
	if (timeFields.some((name) => Object.hasOwn(object, name))) return `${line}\n`;
	return `{"time":${time},${line.slice(line.indexOf('{') + 1)}\n`;
}

/** An object with fields; not parsed and rewritten, because that would round large numbers. */
function parse(line: string): object | null {
	if (!/^\s*\{[^]*\}\s*$/.test(line)) return null;
	try {
		const value: object = JSON.parse(line);
		return Object.keys(value).length > 0 ? value : null;
	} catch {
		return null; // a line of text that looks like JSON at its ends
	}
}

function messages(line: string, time: string): string {
	const entry = (message: string) => `{"time":${time},"message":${JSON.stringify(message)}}\n`;
	if (Buffer.byteLength(line) <= longestMessage) return entry(line);
	return piecesOf(line).map(entry).join('');
}

/** At most a third of the limit in UTF-16 units, each of which is at most three bytes. */
function piecesOf(line: string): string[] {
	const most = Math.floor(longestMessage / 3);
	const pieces: string[] = [];
	for (let at = 0; at < line.length;) {
		const splits = /[\ud800-\udbff]/.test(line.charAt(at + most - 1));
		const end = at + most - (splits ? 1 : 0);
		pieces.push(line.slice(at, end));
		at = end;
	}
	return pieces;
}
