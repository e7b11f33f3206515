/**
 * The text of a body. A byte order mark overrides the content type's charset and is dropped (WHATWG Encoding, "decode"); with
 * neither, or an unknown charset, it is UTF-8. Undecodable bytes become U+FFFD.
 */
export function read(bytes: Buffer, contentType: string | null): string {
	const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType ?? '')?.[1];
	if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.toString('utf8', 3);
	if (bytes[0] === 0xff && bytes[1] === 0xfe) return decoder('utf-16le').decode(bytes);
	if (bytes[0] === 0xfe && bytes[1] === 0xff) return decoder('utf-16be').decode(bytes);
	if (charset === undefined || /^utf-?8$/i.test(charset)) return bytes.toString('utf8');
	return decoder(charset).decode(bytes);
}

function decoder(charset: string): TextDecoder {
	try {
		return new TextDecoder(charset);
	} catch {
		// An unknown label throws: a line is never lost over its metadata, and most text is UTF-8 whatever it says.
		return new TextDecoder();
	}
}

/** U+0000 and lone surrogates, which PostgreSQL cannot keep, become U+FFFD. */
export function clean(text: string): string {
	if (text.isWellFormed() && !text.includes('\0')) return text;
	return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** At most `limit` UTF-16 units of a text, never half a surrogate pair. */
export function cut(text: string, limit: number): string {
	if (text.length <= limit) return text;
	const splits = /[\ud800-\udbff]/.test(text.charAt(limit - 1));
	return text.slice(0, splits ? limit - 1 : limit);
}

/** At most `limit` bytes of a well-formed text in UTF-8, whole characters; `lost` is the number of bytes cut off. */
export function cutBytes(text: string, limit: number): { text: string; lost: number } {
	// A UTF-16 unit is at most three bytes: most texts need no counting.
	if (text.length * 3 <= limit) return { text, lost: 0 };
	if (text.length <= limit && Buffer.byteLength(text) <= limit) return { text, lost: 0 };
	const bytes = Buffer.from(text);
	let end = limit;
	while ((bytes[end]! & 0xc0) === 0x80) end -= 1;
	return { text: bytes.toString('utf8', 0, end), lost: bytes.length - end };
}
