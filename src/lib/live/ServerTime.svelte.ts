/** The time on the server's clock, for durations that tick: the reader's own clock may be minutes off. */
import type { Connection } from './Connection.svelte.ts';

/** Often enough that no second appears skipped. */
const tickMs = 250;

export class ServerTime {
	/** Epoch milliseconds. */
	now = $state(0);
	readonly #rendered: number;

	/** `rendered` is when the server made the page, ISO 8601. */
	constructor(rendered: string) {
		this.now = this.#rendered = Date.parse(rendered);
	}

	/** Starts ticking; the returned function stops it. The connection's answers show how far our clock is off. */
	start(connection: Connection): () => void {
		const answeredAt = Date.now();
		connection.readClock({ date: this.#rendered, sentAt: performance.timeOrigin, answeredAt });
		const tick = () => (this.now = Date.now() + connection.correction);
		tick();
		const ticking = setInterval(tick, tickMs);
		return () => clearInterval(ticking);
	}
}
