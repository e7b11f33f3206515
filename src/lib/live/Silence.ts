/** Notices that a connection has fallen silent. */
export class Silence {
	readonly #ms: number;
	#lastHeardAt = 0;

	constructor(ms: number) {
		this.#ms = ms;
	}

	/** Something arrived. */
	heard(): void {
		this.#lastHeardAt = Date.now();
	}

	/**
	 * Calls back once when nothing has been heard for that long; the returned function stops it. Checks again when the silence
	 * could be long enough, instead of setting a timer with every piece.
	 */
	watch(fellSilent: () => void): () => void {
		this.heard();
		let timer: ReturnType<typeof setTimeout>;
		const look = () => {
			const left = this.#lastHeardAt + this.#ms - Date.now();
			if (left <= 0) fellSilent();
			else timer = setTimeout(look, left);
		};
		look();
		return () => clearTimeout(timer);
	}
}
