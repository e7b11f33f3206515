/**
 * Server-sent events, decoded as in the HTML standard (section 9.2.6), with one addition: an event with only an id is reported
 * too. Such ids move our cursor past lines that do not match, and eventsource-parser does not report them; that is why we do
 * not use that package.
 */

/** One event; `data` is null if it only moved the cursor, `id` is null if it did not. */
export interface SseEvent {
	id: string | null;
	type: string;
	data: string | null;
}

export interface Decoder {
	/** The last `retry:` field in milliseconds, or null. */
	readonly retry: number | null;
	/** The events that this piece of text completes. Pieces may be cut anywhere. */
	push(text: string): SseEvent[];
}

/** A decoder for one connection. An event incomplete when the connection ends is lost, as the standard requires. */
export function createDecoder(): Decoder {
	return new LineDecoder();
}

class LineDecoder implements Decoder {
	retry: number | null = null;
	#rest = '';
	#id: string | null = null;
	#type = '';
	#data: string | null = null;

	push(text: string): SseEvent[] {
		const lines = this.#complete(this.#rest + text);
		const events: SseEvent[] = [];
		for (const line of lines) {
			if (line === '') this.#dispatch(events);
			else this.#field(line);
		}
		return events;
	}

	/** A `\r` at the very end waits for the next piece: it may be half of a `\r\n`. */
	#complete(text: string): string[] {
		const lines = text.split(/\r\n|\n|\r(?!$)/);
		this.#rest = lines.pop() ?? '';
		return lines;
	}

	#field(line: string): void {
		const colon = line.indexOf(':');
		if (colon === 0) return;
		const name = colon < 0 ? line : line.slice(0, colon);
		const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
		if (name === 'data') this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
		if (name === 'event') this.#type = value;
		if (name === 'id' && !value.includes('\0')) this.#id = value;
		if (name === 'retry' && /^\d+$/.test(value)) this.retry = Number(value);
	}

	#dispatch(events: SseEvent[]): void {
		if (this.#data !== null || this.#id !== null) {
			events.push({ id: this.#id, type: this.#type || 'message', data: this.#data });
		}
		this.#id = null;
		this.#type = '';
		this.#data = null;
	}
}
