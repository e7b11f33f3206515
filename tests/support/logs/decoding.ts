import { expect } from 'vitest';
import { decode as decodeBytes, type Decoded } from '../../../src/lib/server/ingest/decode.ts';

/** When everything decoded here was received. */
export const now = Date.UTC(2024, 4, 2, 12);
export const json = 'application/json';
export const ndjson = 'application/x-ndjson';

export function decode(body: string | Buffer, contentType: string | null) {
	return decodeBytes(Buffer.from(body), contentType, {}, now);
}

export function decoded(body: string | Buffer, contentType: string | null): Decoded {
	const result = decode(body, contentType);
	if ('status' in result) throw new Error(result.detail);
	return result;
}

/** The messages, if nothing was rejected. */
export function messages(body: string | Buffer, contentType: string | null): string[] {
	const { entries, rejected } = decoded(body, contentType);
	expect(rejected).toEqual([]);
	return entries.map((entry) => entry.message);
}
