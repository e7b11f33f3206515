import { Assembly } from '../delivery/assembly.ts';
import { Lines } from '../delivery/lines.ts';
import type { Shape } from './shape.ts';
import type { Portion } from './source.ts';

/** Bytes: the longest message. Longer lines come in pieces, of which every file may hold one. */
const longestLine = 256 * 1024;

/** The bytes of a file as entries, from an offset on. */
export class Entries {
	readonly #shape: Shape;
	readonly #lines: Lines;
	readonly #assembly: Assembly;
	#taken: number;

	constructor(shape: Shape, from: number) {
		this.#shape = shape;
		this.#lines = new Lines(longestLine, from);
		this.#assembly = new Assembly(shape.origin, true, from);
		this.#taken = from;
	}

	/** The offset behind what was taken. */
	get taken(): number {
		return this.#taken;
	}

	/** Bytes of a line whose end is still to come. */
	get held(): number {
		return this.#lines.held;
	}

	/** UTF-16 units to be taken. */
	get units(): number {
		return this.#assembly.units;
	}

	/** When `take` has something that waits now, by performance.now(). */
	get due(): number {
		return this.#assembly.due;
	}

	add(bytes: Uint8Array, now: number): void {
		for (const line of this.#lines.push(bytes)) this.#assembly.add(this.#shape.decode(line), now);
	}

	/** Nothing more comes: a last line without its end is one. */
	end(now: number): void {
		for (const line of this.#lines.end()) this.#assembly.add(this.#shape.decode(line), now);
	}

	/** Lets go what waits for more lines. */
	finish(): void {
		this.#assembly.finish();
	}

	take(now: number): Portion[] {
		this.#assembly.settle(now);
		const portions = this.#assembly.take(now);
		this.#taken = portions.at(-1)?.to ?? this.#taken;
		return portions;
	}

	/** All of them, together. */
	whole(): Omit<Portion, 'to'> {
		this.end(0);
		this.finish();
		const pieces = this.#assembly.take(0);
		const ndjson = pieces.map(({ ndjson }) => ndjson).join('');
		return { lines: pieces.reduce((sum, { lines }) => sum + lines, 0), ndjson };
	}
}
