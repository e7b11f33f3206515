import { Buffer } from 'node:buffer';

/** Shorter ones are not keys, and might be part of any word. */
const shortest = 8;
/** How many bytes of a possible secret are let go after a moment: all keys begin with three of them. */
const harmless = 6;

/**
 * Replaces a secret in a stream of bytes, also as encoded in URLs and Basic authorization. A possible beginning of one is held
 * back until more arrives; everything else passes at once, byte for byte.
 */
export class Mask {
	readonly #forms: Buffer[];
	readonly #stars: Buffer;
	/** The end of the input, which may begin a secret. Its first `#passed` bytes are out already. */
	#held: Buffer = Buffer.alloc(0);
	#passed = 0;

	constructor(secret: string) {
		this.#forms = secret.length < shortest ? [] : formsOf(secret).map((form) => Buffer.from(form));
		// Never part of a secret, which could otherwise form again around it.
		this.#stars = Buffer.from(this.#forms.some((form) => form.includes('*')) ? '•••' : '***');
	}

	/** Whether there is something that `ease` would let go. */
	get holds(): boolean {
		return this.#held.length > this.#passed && this.#held.length <= harmless;
	}

	push(bytes: Uint8Array): Uint8Array {
		if (this.#forms.length === 0) return bytes;
		const all = Buffer.concat([this.#held, bytes]);
		const parts: Uint8Array[] = [];
		let from = this.#passed;
		let at = 0;
		for (let found = this.#find(all, at); found; found = this.#find(all, at)) {
			parts.push(all.subarray(from, Math.max(from, found.start)), this.#stars);
			from = at = found.end;
		}
		const end = all.length - this.#partial(all.subarray(at));
		parts.push(all.subarray(from, Math.max(from, end)));
		this.#passed = Math.max(0, from - end);
		this.#held = all.subarray(end);
		return Buffer.concat(parts);
	}

	/** Lets go what is held if it is too short to reveal anything. If a secret follows, the rest of it is still replaced. */
	ease(): Uint8Array {
		if (!this.holds) return Buffer.alloc(0);
		const eased = this.#held.subarray(this.#passed);
		this.#passed = this.#held.length;
		return eased;
	}

	/** What is left at the end of the input. */
	end(): Uint8Array {
		const rest = this.#held.subarray(this.#passed);
		this.#held = Buffer.alloc(0);
		this.#passed = 0;
		return rest;
	}

	/** A complete text. */
	hide(text: string): string {
		return Buffer.from(this.hideIn(Buffer.from(text))).toString();
	}

	/** The bytes of a complete text: the same ones if there is nothing to hide. */
	hideIn(bytes: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
		if (!this.#find(bytes, 0)) return bytes;
		const mask = new Mask('');
		mask.#forms.push(...this.#forms);
		return Buffer.concat([mask.push(bytes), mask.end()]);
	}

	/** The first secret from `from` on. */
	#find(bytes: Buffer, from: number): { start: number; end: number } | null {
		let first: { start: number; end: number } | null = null;
		for (const form of this.#forms) {
			const start = bytes.indexOf(form, from);
			if (start >= 0 && (!first || start < first.start)) first = { start, end: start + form.length };
		}
		return first;
	}

	/** The length of the longest end of these bytes that begins a secret. */
	#partial(bytes: Buffer): number {
		const lengths = this.#forms.map((form) => {
			let length = Math.min(form.length - 1, bytes.length);
			while (length > 0 && bytes.compare(form, 0, length, bytes.length - length) !== 0) length--;
			return length;
		});
		return Math.max(0, ...lengths);
	}
}

function formsOf(secret: string): string[] {
	const encoded = [0, 1, 2].map((before) => base64(secret, before));
	const forms = [secret, encodeURIComponent(secret), ...encoded];
	return [...new Set([...forms, ...encoded.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))])];
}

/** A secret in base64 after `before` other bytes (of 3), without the parts that depend on its neighbours. */
function base64(secret: string, before: number): string {
	const text = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]).toString('base64');
	const whole = Math.floor(((before + secret.length) * 8) / 6);
	return text.slice(Math.ceil((before * 8) / 6), whole);
}
