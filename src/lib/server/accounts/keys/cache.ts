import type { Subscribe } from '../access.ts';
import { digest } from '../digest.ts';
import type { Key } from './keys.ts';

interface Known {
	key: Key | null;
	/** Date.now() from which it is asked for again. */
	until: number;
}

interface Watch {
	unsubscribe(): void;
	/** The turn of its last wake-up: what was read in an earlier turn may be out of date. */
	wokenAt: number;
}

const defaults = {
	/** How long a key is believed without a wake-up: what a missed one can cost. */
	lifeMs: 15_000,
	/** How long "no such key" is believed: a new key works at once, and a client with a wrong one does not query per request. */
	missLifeMs: 1000,
	/** Keys, and as many misses apart from them, so that guessing drives out no real key. */
	most: 10_000
};

/** A key whose organization changes again during each of so many reads is answered, but not kept. */
const mostReads = 4;

/**
 * Keeps API keys in memory, so that a request costs no query. A key that is revoked is forgotten at once, because the
 * database then wakes its organization (topic `access:<org>`, see the trigger in drizzle/postgres).
 */
export class KeyCache {
	readonly #find: (key: string) => Promise<Key | null>;
	readonly #subscribe: Subscribe;
	readonly #options: typeof defaults;
	/** In the order of use, the least recent first; so are the misses. */
	readonly #keys = new Map<string, Known>();
	readonly #misses = new Map<string, Known>();
	readonly #reading = new Map<string, Promise<Key | null>>();
	readonly #watches = new Map<string, Watch>();
	readonly #sweeper: NodeJS.Timeout;
	#turn = 0;

	constructor(
		find: (key: string) => Promise<Key | null>,
		subscribe: Subscribe,
		options: Partial<typeof defaults> = {}
	) {
		this.#find = find;
		this.#subscribe = subscribe;
		this.#options = { ...defaults, ...options };
		this.#sweeper = setInterval(() => this.#sweep(), this.#options.lifeMs).unref();
	}

	/** A key as it was at most 15 s ago, and not before the last wake-up of its organization. */
	async find(key: string): Promise<Key | null> {
		const known = this.recall(key);
		return known === undefined ? this.#read(digest(key), key) : known;
	}

	/** The same without asking: the key, null for one that is none, undefined for what is not known. */
	recall(key: string): Key | null | undefined {
		const id = digest(key);
		const known = this.#keys.get(id) ?? this.#misses.get(id);
		if (!known || known.until <= Date.now()) return undefined;
		if (known.key) this.#keep(this.#keys, id, known);
		return known.key;
	}

	/** Forgets everything and ends its subscriptions. */
	close(): void {
		clearInterval(this.#sweeper);
		this.#keys.clear();
		this.#misses.clear();
		this.#sweep();
	}

	/** One query for all who ask for the same key at the same time. */
	#read(id: string, key: string): Promise<Key | null> {
		const running =
			this.#reading.get(id) ?? this.#readSettled(id, key).finally(() => this.#reading.delete(id));
		this.#reading.set(id, running);
		return running;
	}

	/** Reads until nothing has changed meanwhile; an organization's first key is read again once it is watched. */
	async #readSettled(id: string, key: string): Promise<Key | null> {
		const { lifeMs, missLifeMs } = this.#options;
		this.#keys.delete(id);
		let found: Key | null = null;
		for (let reads = 0; reads < mostReads; reads++) {
			const readAt = ++this.#turn;
			found = await this.#find(key);
			if (!found) {
				this.#keep(this.#misses, id, { key: null, until: Date.now() + missLifeMs });
				return null;
			}
			if (this.#watch(found.org).wokenAt > readAt) continue;
			this.#misses.delete(id);
			this.#keep(this.#keys, id, { key: found, until: Date.now() + lifeMs });
			return found;
		}
		return found;
	}

	#keep(map: Map<string, Known>, id: string, known: Known): void {
		map.delete(id);
		map.set(id, known);
		const [oldest] = map.keys();
		if (map.size > this.#options.most && oldest !== undefined) map.delete(oldest);
	}

	#watch(org: string): Watch {
		const watching = this.#watches.get(org);
		if (watching) return watching;
		const unsubscribe = this.#subscribe(`access:${org}`, () => this.#wake(org));
		const watch = { unsubscribe, wokenAt: ++this.#turn };
		this.#watches.set(org, watch);
		return watch;
	}

	#wake(org: string): void {
		const watch = this.#watches.get(org);
		if (watch) watch.wokenAt = ++this.#turn;
		for (const [id, { key }] of this.#keys) if (key?.org === org) this.#keys.delete(id);
	}

	/** Forgets what is too old, and stops watching the organizations that have no key left. */
	#sweep(): void {
		for (const map of [this.#keys, this.#misses]) {
			for (const [id, { until }] of map) if (until <= Date.now()) map.delete(id);
		}
		const used = new Set([...this.#keys.values()].map(({ key }) => key?.org));
		for (const [org, { unsubscribe }] of this.#watches) {
			if (used.has(org)) continue;
			this.#watches.delete(org);
			unsubscribe();
		}
	}
}
