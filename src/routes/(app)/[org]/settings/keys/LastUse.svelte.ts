import type { LastRequest } from './present.ts';

/** Between two looks, in ms. */
const pause = 2_000;

/** The last request that came with a key, looked for again while the page is shown. */
export class LastUse {
	/** Null before the first. */
	request = $state.raw<LastRequest | null>(null);
	/** Whether the key can be seen no more: it was revoked, or the reader lost access. */
	lost = $state(false);
	readonly #address: string;

	/** `address` is that of the endpoint that tells. */
	constructor(address: string, request: LastRequest | null) {
		this.#address = address;
		this.request = request;
	}

	/** Looks every two seconds; the function returned ends that. */
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
			// The server is away for a moment. What was seen stays, and the next look is in two seconds.
		}
	}
}
