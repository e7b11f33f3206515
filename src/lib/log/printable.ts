/** Log text made safe to print in a terminal, where text can move the cursor, change the title or answer for the keyboard. */

/** Sequences that change a terminal's state, longest first; any other of these characters stands alone. */
const sequences = new RegExp(
	[
		String.raw`(?:\x1b\[|\x9b)(?<colour>[\d;:]{0,64})m`,
		String.raw`(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]`, // cursor movement, erasing, modes
		String.raw`(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\|\x9c)`, // titles, links, device control
		String.raw`\x1b[ -/]{0,8}[0-Z\\^-~]`, // character sets, resets
		String.raw`\r\n|[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]`
	].join('|'),
	'g'
);

/** Nearly every text has none of them, and is returned unchanged. */
// eslint-disable-next-line no-control-regex -- what is looked for
const isSuspect = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

const reset = '\x1b[0m';

/**
 * A text as one line for a terminal. Of escape sequences only colours and weights pass, and end with the text; others are left
 * out. Line breaks become `↵`, so that no text looks like another line, and control characters their pictures.
 */
export function shown(text: string): string {
	if (!isSuspect.test(text)) return text;
	let isColoured = false;
	const safe = text.replace(sequences, (found, colour: string | undefined) => {
		if (colour !== undefined) {
			const kept = coloursOf(colour);
			isColoured ||= kept !== null;
			return kept === null ? '' : `\x1b[${kept}m`;
		}
		return isSequence(found) ? '' : pictureOf(found);
	});
	return isColoured ? safe + reset : safe;
}

/**
 * A value as JSON that a terminal also prints unchanged. JSON escapes ASCII's control characters (RFC 8259, section 7) but not
 * DEL and eight-bit ones, of which U+009B begins a sequence like an escape.
 */
export function json(value: unknown): string {
	return escaped(JSON.stringify(value));
}

/** The same for a text that is JSON already. */
export function escaped(text: string): string {
	if (!inJson.test(text)) return text;
	return text.replace(/[\x7f-\x9f]/g, (control) => `\\u00${control.charCodeAt(0).toString(16)}`);
}

const inJson = /[\x7f-\x9f]/;

/** A line whose fields are shown apart, so that none of them colours the next. */
export function line(...fields: string[]): string {
	return fields.map(shown).join(' ');
}

const isSequence = (found: string) => found.length > 1 && found !== '\r\n';

/** ECMA-48, 8.3.117, without blinking (5, 6) and hiding (8): what a line says must be visible. */
const plain = new Set(
	[0, 1, 2, 3, 4, 7, 9, 21, 22, 23, 24, 27, 28, 29, 39, 49, 53, 55, 59].concat(
		range(30, 37),
		range(40, 47),
		range(90, 97),
		range(100, 107)
	)
);

function range(from: number, to: number): number[] {
	return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** The allowed parameters of a colour sequence; null if there are none. */
function coloursOf(parameters: string): string | null {
	if (parameters === '') return '0';
	const codes = parameters.split(';');
	const kept: string[] = [];
	while (codes.length > 0) {
		const code = codes.shift() ?? '';
		if (/^(38|48|58)$/.test(code)) kept.push(...paletteOf(code, codes));
		else if (plain.has(Number(code)) || /^(38|48|58|4):[\d:]*$/.test(code)) kept.push(code || '0');
	}
	return kept.length > 0 ? kept.join(';') : null;
}

/**
 * A colour by number (`5;n`) or by its parts (`2;r;g;b`), taken from the codes; an incomplete one takes the rest and is
 * dropped.
 */
function paletteOf(code: string, codes: string[]): string[] {
	const count = codes[0] === '5' ? 2 : codes[0] === '2' ? 4 : Infinity;
	const taken = codes.splice(0, count);
	return taken.length === count && taken.every((part) => /^\d{1,3}$/.test(part)) ? [code, ...taken] : [];
}

/** Unicode's pictures of control characters (U+2400); others as their number. */
function pictureOf(control: string): string {
	if (/^[\r\n\v\f\u0085\u2028\u2029]/.test(control)) return '↵';
	if (control === '\t') return '    ';
	const code = control.charCodeAt(0);
	if (code < 0x20) return String.fromCharCode(0x2400 + code);
	if (code === 0x7f) return '␡';
	return `<${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}
