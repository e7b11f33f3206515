import { once } from 'node:events';
import { constants } from 'node:os';

/** Writes to stdout no faster than it takes, until its reader has gone. */
export class Output {
	readonly #target: NodeJS.WritableStream;
	readonly #gone = new AbortController();
	/** The exit status that its end means: that of SIGPIPE where the reader went, such as `head`. */
	status = 0;
	/** What is wrong with it besides that, such as a full disk. */
	fault: string | null = null;

	constructor(target: NodeJS.WritableStream) {
		this.#target = target;
		target.on('error', (error: NodeJS.ErrnoException) => {
			const isReader = error.code === 'EPIPE';
			this.status = isReader ? 128 + constants.signals.SIGPIPE : 1;
			if (!isReader) this.fault = error.message;
			this.#gone.abort();
		});
	}

	/** Aborted when nothing can be written any longer. */
	get gone(): AbortSignal {
		return this.#gone.signal;
	}

	/** Resolves when there is room for more. */
	async write(text: string): Promise<void> {
		if (text === '' || this.#gone.signal.aborted) return;
		if (this.#target.write(text)) return;
		await once(this.#target, 'drain', { signal: this.#gone.signal }).catch(() => {}); // or it has gone, which `gone` says
	}
}
