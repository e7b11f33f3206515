import { expect } from 'vitest';
import { decodeHere } from '../../../src/composition/decoding.ts';

/** When everything decoded here was received. */
export const now = Date.UTC(2024, 4, 2, 12);
export const json = 'application/json';
export const ndjson = 'application/x-ndjson';

/** The body of a POST /api/logs, decoded. */
export function decode(body: string | Buffer, contentType: string | null, parameters = {}) {
	return decodeHere({
		format: 'lines',
		bytes: Buffer.from(body),
		contentType,
		parameters,
		headers: {},
		now
	});
}

/** The same if it is not refused. */
export function decoded(body: string | Buffer, contentType: string | null) {
	const result = decode(body, contentType);
	if ('status' in result) throw new Error(result.detail);
	return { entries: result.entries, rejected: result.report.errors ?? [] };
}

/** The messages, if nothing was rejected. */
export function messages(body: string | Buffer, contentType: string | null): string[] {
	const { entries, rejected } = decoded(body, contentType);
	expect(rejected).toEqual([]);
	return entries.map((entry) => entry.message);
}
