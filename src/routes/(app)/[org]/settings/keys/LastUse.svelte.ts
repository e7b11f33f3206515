import type { LastRequest } from './present.ts';

/** Between two polls, in ms. */
const pause = 2_000;

/** The last request made with a key, polled while the page is shown. */
export class LastUse {
	/** Null before the first. */
	request = $state.raw<LastRequest | null>(null);
	/** Whether the key is out of reach: it was revoked, or the reader lost access. */
	lost = $state(false);
	readonly #address: string;

	/** `address` is that of the polled endpoint. */
	constructor(address: string, request: LastRequest | null) {
		this.#address = address;
		this.request = request;
	}

	/** Polls every two seconds; the returned function stops that. */
	follow(): () => void {
		const timer = setInterval(() => {
			if (!document.hidden && !this.lost) void this.#look();
		}, pause);
		return () => clearInterval(timer);
	}

	async #look(): Promise<void> {
		try {
			const headers = { accept: 'application/json' };
			const response = await fetch(this.#address, { headers, redirect: 'manual' });
			if (response.ok) this.request = (await response.json()) as LastRequest | null;
			else this.lost = response.status < 500 && response.status !== 429;
		} catch {
			// The server is away for a moment. The last result stays, and the next poll is in two seconds.
		}
	}
}
