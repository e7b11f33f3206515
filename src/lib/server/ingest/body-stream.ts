import { pipeline, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import type { Place } from './admission.ts';
import { overloaded, SenderGone } from './body.ts';
import { Malformed } from './protocols/malformed.ts';

/** There was no room for more of a stream for too long. */
export class Overloaded extends Error {
	override name = 'Overloaded';
	readonly refusal = overloaded;
}

/** What of a stream waits for room is not read; its sender waits as well. In ms. */
const patienceMs = 10_000;
const lookEveryMs = 100;

/** Whether a body of this `Content-Encoding` can be read as a stream: plain, or gzip. */
export function isStreamable(encoding: string | null): boolean {
	return ['', 'identity', 'gzip', 'x-gzip'].includes((encoding ?? '').trim().toLowerCase());
}

/** Why any other cannot. */
export const unsupported = {
	status: 415,
	detail: 'Send this stream without a Content-Encoding, or as gzip.'
};

/**
 * The bytes of a body as they come, decompressed; nobody reads ahead of the caller. Each takes room of the place.
 * @throws SenderGone when it is incomplete, Malformed when it is not valid gzip data, Overloaded.
 */
export async function* stream(
	source: AsyncIterable<Uint8Array> | null,
	encoding: string | null,
	place: Place
): AsyncGenerator<Uint8Array> {
	if (source === null) return;
	const isPlain = !(encoding ?? '').toLowerCase().includes('gzip');
	const chunks = (isPlain ? source : gunzipped(source))[Symbol.asyncIterator]();
	for (;;) {
		const next = await chunks.next().catch(explain);
		if (next.done) return;
		await roomFor(next.value.length, place);
		yield next.value;
	}
}

function gunzipped(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
	return pipeline(Readable.from(source), createGunzip(), () => {}); // its reader meets the error
}

function explain(error: unknown): never {
	if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))
		throw new Malformed(`it is not valid gzip data (${error.message})`);
	throw new SenderGone(error);
}

async function roomFor(bytes: number, place: Place): Promise<void> {
	for (const until = Date.now() + patienceMs; !place.grow(bytes);) {
		if (Date.now() > until) throw new Overloaded();
		await sleep(lookEveryMs);
	}
}
