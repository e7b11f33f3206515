import type { Readable } from 'node:stream';
import type { Sql } from './connect.ts';

/** Signature, flags and the length of an extension (PostgreSQL manual, COPY, "Binary Format"). */
const headerBytes = 19;

/**
 * The rows of a SELECT whose columns are all `bytea`. Large values come several times quicker than by a query, which gives them in
 * hexadecimal (138 MB: 150 to 220 ms instead of 1,260). COPY takes no parameters: the statement must not have anything in it that
 * was not checked.
 */
export async function copyOut(sql: Sql, select: string): Promise<(Buffer | null)[][]> {
	const statement = [`COPY (${select}) TO STDOUT (FORMAT binary)`];
	const copying = sql(Object.assign(statement, { raw: statement }) as unknown as TemplateStringsArray);
	const parts: Buffer[] = [];
	for await (const part of (await copying.readable()) as Readable) parts.push(part as Buffer);
	return rowsOf(Buffer.concat(parts));
}

function rowsOf(bytes: Buffer): (Buffer | null)[][] {
	const rows: (Buffer | null)[][] = [];
	let at = headerBytes + bytes.readInt32BE(headerBytes - 4);
	for (let columns = bytes.readInt16BE(at); columns !== -1; columns = bytes.readInt16BE(at)) {
		at += 2;
		const row: (Buffer | null)[] = [];
		while (row.length < columns) {
			const length = bytes.readInt32BE(at);
			at += 4;
			row.push(length === -1 ? null : bytes.subarray(at, at + length));
			at += Math.max(0, length);
		}
		rows.push(row);
	}
	return rows;
}
