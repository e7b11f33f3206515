/** How far the screen is behind the stream, and how much the stream brings. */

/** Seconds over which lines a second are counted. */
const rateSeconds = 4;

/** A number that changes faster is unreadable. */
const readableMs = 500;

export class Meter {
	/** From the commit of the newest line to its paint, in milliseconds; null until one arrives live. */
	delay = $state<number | null>(null);
	/** The recent number of lines a second. */
	rate = $state(0);
	/** When the newest line was committed, in epoch milliseconds, until it is painted. */
	#unpainted: number | null = null;
	#measuredAt = -Infinity; // so that the first line counts, however young the page is
	#arrived = 0;
	#lately: number[] = [];

	/** Starts counting; the returned function stops it. */
	start(): () => void {
		const seconds = setInterval(() => this.#measureRate(), 1000);
		return () => clearInterval(seconds);
	}

	arrived(lines: number, committedAt: string | null): void {
		this.#arrived += lines;
		if (committedAt !== null) this.#unpainted = Date.parse(committedAt);
	}

	/** What arrived will not be painted now: the reader has locked the view. */
	held(): void {
		this.#unpainted = null;
	}

	/**
	 * Call in the frame that shows the newest line. A message posted in a frame is handled after that frame's paint.
	 * `correctionOf` then returns the milliseconds to add to our time to get the server's.
	 */
	shown(correctionOf: () => number): void {
		const committedAt = this.#unpainted;
		this.#unpainted = null;
		if (committedAt === null || performance.now() - this.#measuredAt < readableMs) return;
		this.#measuredAt = performance.now();
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = () => {
			this.delay = Math.max(0, Math.round(Date.now() + correctionOf() - committedAt));
			port1.close();
		};
		port2.postMessage(null);
	}

	#measureRate(): void {
		this.#lately = [...this.#lately, this.#arrived].slice(-rateSeconds);
		this.#arrived = 0;
		this.rate = this.#lately.reduce((sum, lines) => sum + lines, 0) / this.#lately.length;
	}
}
