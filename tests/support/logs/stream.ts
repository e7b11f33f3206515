import type { Page, Source } from '../../../src/lib/server/tail/source.ts';
import { sink, type Sink } from '../../../src/lib/server/tail/sink.ts';
import type { Format } from '../../../src/lib/server/tail/format.ts';

/** An append-only stream of numbered words in memory: the smallest thing that a tail can read. */
export class Words implements Source<Word> {
	readonly all: Word[] = [];
	reads = 0;
	isDense = true;
	/** Thrown by the next reads, one each. */
	readonly faults: Error[] = [];

	append(...words: string[]): void {
		for (const word of words) this.all.push({ cursor: this.all.length + 1, word });
	}

	head(): Promise<number> {
		return Promise.resolve(this.all.length);
	}

	after(cursor: number, limit: number): Promise<Page<Word>> {
		this.reads++;
		const fault = this.faults.shift();
		if (fault) return Promise.reject(fault);
		const items = this.all.slice(cursor, cursor + limit);
		return Promise.resolve({ items, more: items.length === limit });
	}

	cursorOf = ({ cursor }: Word) => cursor;
	bytesOf = ({ word }: Word) => word.length;
}

export interface Word {
	cursor: number;
	word: string;
}

/** One word per line; skipped ones as `-count`. */
export const lines: Format<Word> = {
	contentType: 'text/plain',
	opening: '',
	item: ({ word }) => `${word}\n`,
	moved: (cursor) => `@${cursor}\n`,
	unseen: ({ count, from, to }) => `?${count}:${from}-${to}\n`,
	skipped: ({ count, from, to }) => `-${count}:${from}-${to}\n`,
	progress: (done) => `%${done}\n`,
	outage: () => '',
	end: (reason) => `end ${reason}\n`
};

/** A reader over a real sink: it takes bytes only when asked to. */
export class Socket {
	readonly sink: Sink;
	readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
	text = '';

	constructor() {
		const { sink: to, body } = sink(() => {});
		this.sink = to;
		this.#reader = body.getReader();
	}

	/** Reads until the text read satisfies the condition. */
	async until(condition: (text: string) => boolean): Promise<string> {
		while (!condition(this.text)) await this.#take();
		return this.text;
	}

	/** Reads until there are at least `count` lines of content, and returns the lines. */
	async words(count: number): Promise<string[]> {
		await this.until((text) => content(text).length >= count);
		return content(this.text);
	}

	async #take(): Promise<void> {
		const { value, done } = await this.#reader.read();
		if (done) throw new Error(`The stream ended after: ${this.text.slice(-200)}`);
		this.text += new TextDecoder().decode(value);
	}

	async cancel(): Promise<void> {
		await this.#reader.cancel();
	}
}

const content = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('@'));
