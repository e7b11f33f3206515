import type { Readable } from 'node:stream';
import type { Sql } from './connect.ts';

/** Signature, flags and the length of an extension (PostgreSQL manual, COPY, "Binary Format"). */
const headerBytes = 19;

/**
 * The rows of a SELECT whose columns are all `bytea`, as they come: while the caller looks at one, PostgreSQL reads the next. Large
 * values come several times quicker than by a query, which gives them in hexadecimal (138 MB: 150 to 220 ms instead of 1,260). COPY takes
 * no parameters: the statement must not have anything in it that was not checked.
 */
export async function* copyOut(sql: Sql, select: string): AsyncGenerator<(Buffer | null)[]> {
	const statement = [`COPY (${select}) TO STDOUT (FORMAT binary)`];
	const copying = sql(Object.assign(statement, { raw: statement }) as unknown as TemplateStringsArray);
	const rows = new Rows();
	for await (const part of (await copying.readable()) as Readable) yield* rows.of(part as Buffer);
}

/** Cuts the bytes of a COPY into rows, whatever parts they come in. */
class Rows {
	/** What has come of the next row, and how many bytes it takes at least. */
	#parts: Buffer[] = [];
	#bytes = 0;
	#least = headerBytes;
	#isHeaderRead = false;

	/** The rows that end in the next part. */
	*of(part: Buffer): Generator<(Buffer | null)[]> {
		this.#parts.push(part);
		this.#bytes += part.length;
		if (this.#bytes < this.#least) return;
		const bytes = this.#parts.length === 1 ? part : Buffer.concat(this.#parts, this.#bytes);
		let at = 0;
		if (!this.#isHeaderRead) {
			at = headerBytes + bytes.readInt32BE(headerBytes - 4);
			this.#isHeaderRead = true;
		}
		for (;;) {
			const { row, end } = rowAt(bytes, at);
			if (row === null) {
				this.#keep(bytes.subarray(at), end - at);
				return;
			}
			yield row;
			at = end;
		}
	}

	#keep(rest: Buffer, least: number): void {
		this.#parts = [rest];
		this.#bytes = rest.length;
		this.#least = least;
	}
}

/** The row that begins there, and where it ends; null if it is not there yet, and how far it goes at least. */
function rowAt(bytes: Buffer, from: number): { row: (Buffer | null)[] | null; end: number } {
	let end = from + 2;
	if (bytes.length < end) return { row: null, end };
	const columns = bytes.readInt16BE(from);
	if (columns === -1) return { row: null, end: Infinity }; // after the last row
	const row: (Buffer | null)[] = [];
	while (row.length < columns) {
		const begins = end + 4;
		if (bytes.length < begins) return { row: null, end: begins };
		const length = bytes.readInt32BE(end);
		end = begins + Math.max(0, length);
		if (bytes.length < end) return { row: null, end };
		row.push(length === -1 ? null : bytes.subarray(begins, end));
	}
	return { row, end };
}
