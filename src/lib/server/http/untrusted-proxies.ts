import { isForwarded, type RequestHeaders } from '../client.ts';

/** A peer that says whom it forwards for, but is not in TRUSTED_PROXIES. */
export interface UntrustedProxy {
	address: string;
	/** Requests in the hour that began with the first of them. */
	requests: number;
	firstAt: Date;
}

const hour = 60 * 60_000; // ms

/** Anyone can send such headers, from as many addresses as they have: more are neither kept nor logged. */
const most = 100;

/**
 * Notices proxies whose headers are not trusted, because everyone behind them then counts as one network. `warn` is called for
 * each once an hour.
 */
export class UntrustedProxies {
	readonly #warn: (address: string) => void;
	/** In order of arrival. */
	readonly #seen = new Map<string, UntrustedProxy>();

	constructor(warn: (address: string) => void) {
		this.#warn = warn;
	}

	/** Looks at a request from an untrusted peer. */
	note(address: string, headers: RequestHeaders, now = Date.now()): void {
		if (!isForwarded(headers)) return;
		const known = this.#seen.get(address);
		if (known && !isOver(known, now)) return void known.requests++;
		this.#forgetOld(now);
		if (this.#seen.size >= most) return;
		this.#seen.set(address, { address, requests: 1, firstAt: new Date(now) });
		this.#warn(address);
	}

	/** Those of the last hour, busiest first: a proxy sends more than someone pretending to be one. */
	list(now = Date.now()): UntrustedProxy[] {
		this.#forgetOld(now);
		return [...this.#seen.values()].toSorted((a, b) => b.requests - a.requests);
	}

	#forgetOld(now: number): void {
		for (const [address, proxy] of this.#seen) if (isOver(proxy, now)) this.#seen.delete(address);
	}
}

const isOver = ({ firstAt }: UntrustedProxy, now: number) => now - firstAt.getTime() > hour;
