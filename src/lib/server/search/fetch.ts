import type { Sql } from '../postgres/connect.ts';
import { copyOut } from '../postgres/copy.ts';
import type { Wanted } from './job.ts';
import type { Blobs } from './opened.ts';

/** A chunk's bytes, and when its first line was received, epoch milliseconds. */
export interface Fetched extends Blobs {
	receivedAt: number;
}

/** What of a chunk is fetched besides its head. */
interface Columns {
	messages: boolean;
	attributes: boolean;
}

/** The bytes of some of an organization's chunks, as they come. Chunks that have been merged or removed since are left out. */
export async function* fetchBlobs(
	sql: Sql,
	org: string,
	chunks: readonly Wanted[],
	{ messages, attributes }: Columns
): AsyncGenerator<[Wanted, Fetched]> {
	if (chunks.length === 0) return;
	const rows = copyOut(
		sql,
		`SELECT int8send(first_seq), int8send(last_seq), int2send(format),
			int8send((extract(epoch FROM received_at) * 1000)::bigint), head,
			${messages ? 'messages' : 'NULL::bytea'}, ${attributes ? 'attributes' : 'NULL::bytea'}
		FROM log_chunks WHERE ${whereIs(org, chunks)}`
	);
	const byNumber = new Map(chunks.map((chunk) => [chunk.first_seq, chunk]));
	for await (const [first, last, format, receivedAt, head, messages, attributes] of rows) {
		const chunk = byNumber.get(Number(first?.readBigInt64BE()));
		if (chunk?.last_seq !== Number(last?.readBigInt64BE()) || !format || !receivedAt || !head) continue;
		const blobs = { head, messages: messages ?? null, attributes: attributes ?? null };
		yield [
			chunk,
			{ format: format.readInt16BE(), receivedAt: Number(receivedAt.readBigInt64BE()), ...blobs }
		];
	}
}

/** The rows of some chunks, as SQL: COPY takes no parameters. */
export function whereIs(org: string, chunks: readonly Wanted[]): string {
	const days = [...new Set(chunks.map(({ day }) => checked(day, /^\d{4,6}-\d\d-\d\d$/)))];
	const numbers = chunks.map(({ first_seq }) => checked(String(first_seq), /^\d+$/));
	return `org_id = '${checked(org, /^[\da-f-]{36}$/)}'
		AND day IN (${['infinity', ...days].map((day) => `'${day}'`).join(', ')})
		AND first_seq IN (${numbers.join(', ')})`;
}

/** @throws unless a text is what it should be: it becomes a part of a statement */
function checked(text: string, form: RegExp): string {
	if (form.test(text)) return text;
	throw new Error(`not fit for a statement: ${text}`);
}
