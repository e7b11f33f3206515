import { digest } from '../digest.ts';
import type { KeyCache } from './key-cache.ts';
import type { Key } from './keys.ts';
import { networkOf, type Attempt, type Limit } from '../limits/rate-limits.ts';

/** The result for a key that someone sent. An expired key is reported as such and does not count as a guess. */
export type Identified =
	{ kind: 'key' | 'expired'; key: Key } | { kind: 'none' } | { kind: 'limited'; retryAfterS: number };

/** Wrong keys from one network, in the window that ends at that Date.now(). */
interface Tries {
	wrong: number;
	endsAt: number;
}

const defaults = {
	/** Failed lookups, per this window. One client repeating one wrong key stays below: see `missLifeMs` of the cache. */
	limit: 60,
	windowMs: 60_000,
	/** Networks, and keys that were right. */
	most: 10_000
};

/**
 * Says whose a key is, and limits how many wrong ones a network may try. PostgreSQL counts them, so the limit holds across
 * instances; a network over its limit is remembered here and costs no query. A recently valid key works from anywhere, so one
 * client with a wrong key locks out none of its neighbours.
 */
export class KeyGuard {
	readonly #cache: KeyCache;
	readonly #attempt: (key: string, limit: Limit) => Promise<Attempt>;
	readonly #options: typeof defaults;
	/** Both in order of arrival. */
	readonly #networks = new Map<string, Tries>();
	readonly #right = new Set<string>();
	/** One lookup for all concurrent requests with the same key from the same network. */
	readonly #looking = new Map<string, Promise<Identified>>();

	constructor(
		cache: KeyCache,
		attempt: (key: string, limit: Limit) => Promise<Attempt>,
		options: Partial<typeof defaults> = {}
	) {
		this.#cache = cache;
		this.#attempt = attempt;
		this.#options = { ...defaults, ...options };
	}

	/** The key for a secret, as the cache has it. `address` is the client's. */
	async identify(secret: string, address: string | null): Promise<Identified> {
		const known = this.#cache.recall(secret);
		if (known) return identified(known);
		const network = networkOf(address);
		const tries = this.#triesOf(network);
		if (this.#isOver(tries) && !this.#right.has(digest(secret))) return limited(tries);
		if (known === null) return { kind: 'none' };
		const id = `${network} ${secret}`;
		const looking =
			this.#looking.get(id) ?? this.#look(secret, network).finally(() => this.#looking.delete(id));
		this.#looking.set(id, looking);
		return looking;
	}

	async #look(secret: string, network: string): Promise<Identified> {
		const key = await this.#cache.find(secret);
		const id = digest(secret);
		this.#right.delete(id);
		if (!key) return this.#count(network);
		this.#right.add(id);
		const [oldest] = this.#right;
		if (this.#right.size > this.#options.most && oldest !== undefined) this.#right.delete(oldest);
		return identified(key);
	}

	async #count(network: string): Promise<Identified> {
		const { limit, windowMs } = this.#options;
		const tries = this.#triesOf(network);
		tries.wrong++;
		this.#keep(network, tries);
		if (this.#isOver(tries)) return limited(tries);
		const { allowed, retryAfterS } = await this.#attempt(`key:address:${network}`, { limit, windowMs });
		if (allowed) return { kind: 'none' };
		tries.wrong = Infinity;
		tries.endsAt = Date.now() + retryAfterS * 1000;
		return limited(tries);
	}

	#triesOf(network: string): Tries {
		const tries = this.#networks.get(network);
		if (tries && tries.endsAt > Date.now()) return tries;
		this.#networks.delete(network);
		return { wrong: 0, endsAt: Date.now() + this.#options.windowMs };
	}

	#isOver({ wrong }: Tries): boolean {
		return wrong > this.#options.limit;
	}

	#keep(network: string, tries: Tries): void {
		this.#networks.set(network, tries);
		const [oldest] = this.#networks.keys();
		if (this.#networks.size > this.#options.most && oldest !== undefined) this.#networks.delete(oldest);
	}
}

function identified(key: Key): Identified {
	const isExpired = key.expiresAt !== null && key.expiresAt.getTime() <= Date.now();
	return { kind: isExpired ? 'expired' : 'key', key };
}

function limited({ endsAt }: Tries): Identified {
	return { kind: 'limited', retryAfterS: Math.max(1, Math.ceil((endsAt - Date.now()) / 1000)) };
}
