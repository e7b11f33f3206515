import { Buffer } from 'node:buffer';

/** Bytes of one message; the server cuts longer ones (API.md, Limits). */
const longestMessage = 256 * 1024;
/** The fields from which the server takes an entry's time (API.md). */
const timeFields = ['time', 'timestamp', '@timestamp', 'ts'];
/** The fields with which a line names its own service, so that it needs no other. */
const serviceFields = ['service', 'service.name', 'service_name'];

/** What is known of a line besides its text. */
export interface Origin {
	/** The service of lines that name none; null: that of the request. */
	service: string | null;
	/** Fields that a line of JSON overrides with its own, as members of an object: `membersOf`. */
	members: string;
}

const unknown: Origin = { service: null, members: '' };

/** Fields as the beginning of a JSON object, without its brace. */
export const membersOf = (fields: Record<string, unknown>): string =>
	Object.entries(fields)
		.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)},`)
		.join('');

/** The time that a line's source noted when it was printed, in one of the forms of API.md. It counts more than one in its text. */
export const printedAt = (time: string | number): Stamp => `"time":${JSON.stringify(time)},`;

/**
 * The time that a line was read, which may be much earlier than it is sent: that of a line that says none itself. Where local time is
 * not UTC it counts more than one in the text, which seldom names its zone and would be read as UTC.
 */
export const readAt = (time: Date): Stamp =>
	`"${time.getTimezoneOffset() === 0 ? 'observed_time' : 'time'}":${JSON.stringify(time)},`;

/** A time as a member of an object, with the comma behind it. */
type Stamp = `"${'time' | 'observed_time'}":${string},`;

/**
 * The NDJSON for one line: a JSON object as it stands, anything else as a message, in several if it is too long for one;
 * nothing for a blank line. An entry without a time gets this one.
 */
export function encode(line: string, time: Stamp, origin: Origin = unknown): string {
	if (!/\S/.test(line)) return '';
	const object = parse(line);
	if (!object) return messages(line, `{${time}${origin.members}${serviceOf(origin)}`);
	const has = (names: string[]) => names.some((name) => Object.hasOwn(object, name));
	const added =
		(has(timeFields) ? '' : time) + origin.members + (has(serviceFields) ? '' : serviceOf(origin));
	// Line ends between its members, if it was printed over several lines: JSON has none within its strings.
	const whole = line.includes('\n') ? line.replaceAll(/[\r\n]+/g, ' ') : line;
	return added === '' ? `${whole}\n` : `{${added}${whole.slice(whole.indexOf('{') + 1)}\n`;
}

const serviceOf = ({ service }: Origin) => (service === null ? '' : membersOf({ service }));

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

function messages(line: string, beginning: string): string {
	const entry = (message: string) => `${beginning}"message":${JSON.stringify(message)}}\n`;
	if (line.length * 3 <= longestMessage || Buffer.byteLength(line) <= longestMessage) return entry(line);
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
