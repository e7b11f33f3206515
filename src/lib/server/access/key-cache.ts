import type { Subscribe } from './revocation.ts';
import { digest } from '../digest.ts';
import type { Key } from './keys.ts';

interface Known {
	key: Key | null;
	/** Date.now() after which it is looked up again. */
	until: number;
}

interface Watch {
	unsubscribe(): void;
	/** The turn of its last wake-up: anything read in an earlier turn may be out of date. */
	wokenAt: number;
}

const defaults = {
	/** How long a key is trusted without a wake-up, which bounds the cost of a missed one. */
	lifeMs: 15_000,
	/** How long "no such key" is trusted: a new key works at once, and a client with a wrong one does not query per request. */
	missLifeMs: 1000,
	/** Keys, and as many misses counted apart, so that guessing evicts no real key. */
	most: 10_000
};

/** A key whose organization changes during each of this many reads is answered but not cached. */
const mostReads = 4;

/**
 * Caches API keys in memory, so that a request costs no query. A revoked key is forgotten at once, because the database then
 * wakes its organization (topic `access:<org>`, see the triggers in drizzle/postgres), and so is one that someone begins to watch
 * (`watched:<org>`).
 */
export class KeyCache {
	readonly #find: (key: string) => Promise<Key | null>;
	readonly #subscribe: Subscribe;
	readonly #options: typeof defaults;
	/** In order of use, least recent first; so are the misses. */
	readonly #keys = new Map<string, Known>();
	readonly #misses = new Map<string, Known>();
	readonly #reading = new Map<string, Promise<Key | null>>();
	readonly #watches = new Map<string, Watch>();
	#sweeper: NodeJS.Timeout | undefined;
	#turn = 0;

	constructor(
		find: (key: string) => Promise<Key | null>,
		subscribe: Subscribe,
		options: Partial<typeof defaults> = {}
	) {
		this.#find = find;
		this.#subscribe = subscribe;
		this.#options = { ...defaults, ...options };
	}

	/** Begins to forget what is too old, again and again, until `close`. */
	start(): void {
		this.#sweeper ??= setInterval(() => this.#sweep(), this.#options.lifeMs).unref();
	}

	/** A key as it was at most 15 s ago, and not before the last wake-up of its organization. */
	async find(key: string): Promise<Key | null> {
		const known = this.recall(key);
		return known === undefined ? this.#read(digest(key), key) : known;
	}

	/** The same without a query: the key, null if there is no such key, undefined if unknown. */
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

	/** One query for all concurrent lookups of a key. */
	#read(id: string, key: string): Promise<Key | null> {
		const running =
			this.#reading.get(id) ?? this.#readSettled(id, key).finally(() => this.#reading.delete(id));
		this.#reading.set(id, running);
		return running;
	}

	/** Reads until nothing changes meanwhile; an organization's first key is read again once it is watched. */
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
		const topics = [`access:${org}`, `watched:${org}`];
		const ends = topics.map((topic) => this.#subscribe(topic, () => this.#wake(org)));
		const unsubscribe = () => ends.forEach((end) => end());
		const watch = { unsubscribe, wokenAt: ++this.#turn };
		this.#watches.set(org, watch);
		return watch;
	}

	#wake(org: string): void {
		const watch = this.#watches.get(org);
		if (watch) watch.wokenAt = ++this.#turn;
		for (const [id, { key }] of this.#keys) if (key?.org === org) this.#keys.delete(id);
	}

	/** Forgets what is too old, and stops watching organizations with no key left. */
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
