import type { NewEntry } from '../../../log/entry.ts';
import { unpack } from '../frames.ts';
import type { Decoded, Sending } from '../protocols/decoded.ts';
import { Malformed } from '../protocols/malformed.ts';
import * as repair from '../repair.ts';
import { entryOf } from './entry.ts';
import { read } from './message.ts';

/** What became of a message. */
export interface Told {
	/** To be named to its sender once the message is stored. */
	chunk: string | null;
	/** Why it could not be read and names no chunk; null otherwise. A sender repeats what it is not told of, so a chunk always counts. */
	fault: string | null;
}

/**
 * Decodes messages of a forward listener (frames.ts). `told` has a Told for each, in their order: one that cannot be read leaves out
 * its remaining events, and none of another.
 */
export function decode(sending: Sending): Decoded {
	const told: Told[] = [];
	return { items: items(sending, told), told };
}

function* items({ bytes, parameters, now, readsText }: Sending, told: Told[]): Generator<NewEntry | string> {
	for (const { from, bytes: message } of unpack(bytes)) {
		const about: Told = { chunk: null, fault: null };
		told.push(about);
		const fallback = repair.fallback({ service: parameters.service ?? null, host: from }, { readsText });
		try {
			const found = read(message);
			about.chunk = found?.chunk ?? null;
			for (const event of found?.events ?? [])
				yield typeof event === 'string' ? event : entryOf(event, found?.tag ?? '', fallback, now);
		} catch (error) {
			if (!(error instanceof Malformed)) throw error;
			if (about.chunk === null) about.fault = error.message;
			yield error.message;
		}
	}
}
