import { once } from 'node:events';
import type { Writable } from 'node:stream';
import * as bytes from './bytes.ts';

/** Prints whole logs, one after another, as fast as they are taken: they never mix. */
export class Printer {
	readonly #to: Writable;
	readonly #onfailed: (error: unknown) => void;
	#printed: Promise<void> = Promise.resolve();

	constructor(to: Writable, onfailed: (error: unknown) => void) {
		this.#to = to;
		this.#onfailed = onfailed;
	}

	/** Prints a log after those before it. One that ends mid-line gets a line end. */
	print(log: AsyncIterable<Uint8Array>): void {
		this.#printed = this.#printed.then(() => this.#print(log)).catch(this.#onfailed);
	}

	/** Resolves when everything has been printed. */
	idle(): Promise<void> {
		return this.#printed;
	}

	async #print(log: AsyncIterable<Uint8Array>): Promise<void> {
		let last: number = bytes.lineFeed;
		for await (const piece of log) {
			last = piece.at(-1) ?? last;
			await this.#write(piece);
		}
		if (last !== bytes.lineFeed) await this.#write(Uint8Array.of(bytes.lineFeed));
	}

	async #write(piece: Uint8Array): Promise<void> {
		if (!this.#to.write(piece)) await once(this.#to, 'drain');
	}
}
