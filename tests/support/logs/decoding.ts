import { expect } from 'vitest';
import { decodeHere, type Job, type Received } from '../../../src/composition/decoding.ts';
import type { Format } from '../../../src/lib/server/ingest/protocols/format.ts';

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
		now,
		readsText: true
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

/** The body of a request of another product's protocol, decoded. */
export function decodeAs(format: Format, body: string | Uint8Array, more: Partial<Job> = {}) {
	return decodeHere({
		format,
		bytes: Buffer.from(body),
		contentType: null,
		parameters: {},
		headers: {},
		now,
		readsText: true,
		...more
	});
}

/** The same if it is not refused. */
export function receivedAs(format: Format, body: string | Uint8Array, more: Partial<Job> = {}): Received {
	const result = decodeAs(format, body, more);
	if ('status' in result) throw new Error(result.detail);
	return result;
}

/** Its entries, with their attributes parsed. */
export function entriesAs(format: Format, body: string | Uint8Array, more: Partial<Job> = {}) {
	return receivedAs(format, body, more).entries.map((entry) => ({
		...entry,
		attributes: JSON.parse(entry.attributes) as Record<string, unknown>
	}));
}
