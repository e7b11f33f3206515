/** An event of a stream (WHATWG HTML, 9.2), as far as our server uses them. */
export interface StreamEvent {
	type: string;
	data: string;
	/** The last id so far. */
	id: string;
}

/** Reads server-sent events from pieces of their text. */
export class Events {
	/** The last id, with which a stream is resumed. */
	id = '';
	/** When to come back after the end, in ms; null if the server did not say. */
	retry: number | null = null;
	#rest = '';

	/** The events that are complete with the next piece. */
	take(piece: string): StreamEvent[] {
		const blocks = (this.#rest + piece).split('\n\n');
		this.#rest = blocks.pop() ?? '';
		return blocks.flatMap((block) => this.#read(block) ?? []);
	}

	/** A cut: what was not complete comes again. */
	forget(): void {
		this.#rest = '';
	}

	#read(block: string): StreamEvent | null {
		let type = 'message';
		let data: string | null = null;
		for (const line of block.split('\n')) {
			const [, field, value = ''] = /^(\w+): ?(.*)$/s.exec(line) ?? [];
			if (field === 'id') this.id = value;
			else if (field === 'event') type = value;
			else if (field === 'retry') this.retry = Number(value);
			else if (field === 'data') data = data === null ? value : `${data}\n${value}`;
		}
		return data === null ? null : { type, data, id: this.id };
	}
}
