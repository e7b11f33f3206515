import * as printable from '../../lib/log/printable.ts';

/** How long a notice waits for the command to end its line, in ms. */
const patience = 2_000;

/** Tailrace's own messages: on stderr, between the lines of the command, never within one. Parts may be the server's words. */
export class Notices {
	readonly #target: NodeJS.WritableStream;
	#waiting: string[] = [];
	#betweenLines = true;
	#late: NodeJS.Timeout | undefined;

	constructor(target: NodeJS.WritableStream) {
		this.#target = target;
	}

	say(message: string): void {
		this.#waiting.push(`tailrace: ${printable.shown(message)}\n`);
		if (this.#betweenLines) return this.#write();
		this.#late ??= setTimeout(() => this.flush(), patience);
	}

	/** The command's own bytes have gone to the same place. */
	passed(bytes: Uint8Array): void {
		if (bytes.length === 0) return;
		this.#betweenLines = bytes[bytes.length - 1] === 0x0a;
		if (this.#betweenLines) this.#write();
	}

	/** Prints the waiting notices, on lines of their own. */
	flush(): void {
		if (this.#waiting.length > 0 && !this.#betweenLines) this.#waiting.unshift('\n');
		this.#betweenLines ||= this.#waiting.length > 0;
		this.#write();
	}

	#write(): void {
		clearTimeout(this.#late);
		this.#late = undefined;
		if (this.#waiting.length > 0) this.#target.write(this.#waiting.join(''));
		this.#waiting = [];
	}
}
