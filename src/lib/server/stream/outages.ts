import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Outage } from '../../log/outage.ts';
import type { Sink } from '../tail/sink.ts';
import type { Format } from '../tail/format.ts';

interface Reader {
	sink: Sink;
	format: Pick<Format<never>, 'contentType' | 'outage'>;
	/** What it was last told. */
	told: Outage | null;
}

/** Readers written to in one turn of the event loop: about a millisecond of it. */
const slice = 64;

const encoder = new TextEncoder();

/**
 * Tells the readers of streams what the server cannot do for them now, since when, and when it can again. News is encoded once
 * per format. A reader with a full socket hears of it when there is room, if it still holds then.
 */
export class Outages {
	readonly #readers = new Set<Reader>();
	#outage: Outage | null = null;
	#encoded = new Map<string, Uint8Array>();

	/** Tells a reader, now if there is an outage, until the returned function is called. */
	join(sink: Sink, format: Reader['format']): () => void {
		const reader: Reader = { sink, format, told: null };
		this.#readers.add(reader);
		this.#tell(reader);
		return () => void this.#readers.delete(reader);
	}

	/** Reports that this is wrong now, or with null that all is well again. */
	async say(outage: Outage | null): Promise<void> {
		this.#outage = outage;
		this.#encoded = new Map();
		let told = 0;
		for (const reader of [...this.#readers]) {
			this.#tell(reader);
			if (++told % slice === 0) await nextTurn();
		}
	}

	#tell(reader: Reader): void {
		const { sink, format } = reader;
		if (reader.told === this.#outage || sink.closed()) return;
		if (!sink.writable()) return void sink.drained().then(() => this.#tell(reader));
		reader.told = this.#outage;
		const bytes = this.#encode(format);
		if (bytes.length > 0) sink.write(bytes);
	}

	#encode(format: Reader['format']): Uint8Array {
		const encoded = this.#encoded.get(format.contentType) ?? encoder.encode(format.outage(this.#outage));
		this.#encoded.set(format.contentType, encoded);
		return encoded;
	}
}
