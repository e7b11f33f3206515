import { setTimeout as sleep } from 'node:timers/promises';
import type { Subscribe } from './revocation.ts';

/** What must be known about the key of a request. */
export interface UsedKey {
	id: string;
	org: string;
	/** While someone waits for its next request, its uses are written at once. */
	watchedUntil: Date | null;
}

/** A request with a key, and how it was answered. None of its contents are kept. */
export interface KeyRequest {
	method: string;
	path: string;
	status: number;
	/** If it sent lines that were examined. */
	lines?: Lines | undefined;
}

export interface Lines {
	accepted: number;
	rejected: number;
	/** Why the first rejected ones were rejected. */
	errors?: { index: number; reason: string }[];
	/** How many were changed to be kept: cut, or given the time of their receipt. */
	repaired?: { shortened: number; undated: number };
}

/** The last request with a key. */
export interface Use {
	/** The key's. */
	id: string;
	org: string;
	/** Epoch ms. */
	at: number;
	address: string | null;
	request: KeyRequest;
}

interface Noted {
	readonly org: string;
	/** What to write; null if everything is written. */
	use: Use | null;
	/** Date.now() from which it may be written. */
	dueAt: number;
}

interface Watched {
	/** Its keys with something in memory. */
	readonly noted: Set<Noted>;
	unsubscribe(): void;
}

/**
 * Writes uses, and returns the ids of the keys to write later: unwatched keys that already have a use after `quietSince`. Null:
 * whatever they have.
 */
type Write = (uses: Use[], quietSince: Date | null) => Promise<ReadonlySet<string>>;

const defaults = {
	/** Between two writes for one key, unless someone watches it. */
	quietMs: 60_000,
	/** How often to look for due writes. */
	tickMs: 500,
	/** How long to wait after a failed write. */
	retryMs: 5_000,
	/** How long closing waits for the last write. */
	patienceMs: 2_000,
	/** Keys. A further one is noted once one of them has been quiet, or while someone watches it. */
	most: 10_000
};

/** How many rejections to keep per request. */
const mostErrors = 5;
const longestPath = 200;
const longestReason = 200;

/**
 * Notes the last use of each key in memory, at no cost to the request, and writes it at most once a minute across all
 * instances: the first use after a quiet minute at once, the last of those that follow when the minute is over. While someone
 * watches the key, its uses, even one from just before, are written within a second.
 */
export class KeyUse {
	readonly #write: Write;
	readonly #subscribe: Subscribe;
	readonly #failed: (error: unknown) => void;
	readonly #options: typeof defaults;
	/** By key id, longest known first. */
	readonly #keys = new Map<string, Noted>();
	readonly #organizations = new Map<string, Watched>();
	#timer: NodeJS.Timeout | undefined;
	#writing: Promise<void> = Promise.resolve();

	constructor(
		write: Write,
		subscribe: Subscribe,
		failed: (error: unknown) => void,
		options: Partial<typeof defaults> = {}
	) {
		this.#write = write;
		this.#subscribe = subscribe;
		this.#failed = failed;
		this.#options = { ...defaults, ...options };
	}

	/** Keys with something in memory. */
	get size(): number {
		return this.#keys.size;
	}

	/** Notes a request. It returns at once and never throws. */
	note({ id, org, watchedUntil }: UsedKey, address: string | null, request: KeyRequest): void {
		const at = Date.now();
		const isWatched = watchedUntil !== null && watchedUntil.getTime() > at;
		const isFull = this.#keys.size >= this.#options.most && !isWatched;
		const noted = this.#keys.get(id) ?? (isFull ? null : this.#begin(id, org));
		if (!noted) return;
		noted.use = { id, org, at, address, request: bounded(request) };
		if (isWatched) noted.dueAt = at;
		this.#timer ??= setTimeout(() => void this.#tick(), this.#options.tickMs).unref();
	}

	/** Writes the rest, if PostgreSQL takes it in time, and unsubscribes. */
	async close(): Promise<void> {
		const { patienceMs } = this.#options;
		clearTimeout(this.#timer);
		const last = this.#writing.then(() => this.#flush(Infinity));
		await Promise.race([last, sleep(patienceMs, null, { ref: false })]);
		clearTimeout(this.#timer);
		for (const id of [...this.#keys.keys()]) this.#forget(id);
	}

	#begin(id: string, org: string): Noted {
		const noted: Noted = { org, use: null, dueAt: 0 };
		this.#keys.set(id, noted);
		const watched = this.#organizations.get(org) ?? this.#watch(org);
		watched.noted.add(noted);
		return noted;
	}

	/** Learns from the database that someone watches a key: see the trigger in drizzle/postgres. */
	#watch(org: string): Watched {
		const noted = new Set<Noted>();
		const unsubscribe = this.#subscribe(`watched:${org}`, () => {
			for (const one of noted) one.dueAt = 0;
		});
		const watched = { noted, unsubscribe };
		this.#organizations.set(org, watched);
		return watched;
	}

	#forget(id: string): void {
		const noted = this.#keys.get(id);
		const watched = noted && this.#organizations.get(noted.org);
		if (!watched) return;
		this.#keys.delete(id);
		watched.noted.delete(noted);
		if (watched.noted.size > 0) return;
		this.#organizations.delete(noted.org);
		watched.unsubscribe();
	}

	async #tick(): Promise<void> {
		this.#writing = this.#flush(Date.now());
		await this.#writing;
		for (const [id, { use, dueAt }] of this.#keys) if (!use && dueAt <= Date.now()) this.#forget(id);
		const more = this.#keys.size > 0;
		this.#timer = more ? setTimeout(() => void this.#tick(), this.#options.tickMs).unref() : undefined;
	}

	/**
	 * Writes what is due by then, Infinity at the end, in one statement. Anything that arrives meanwhile is due after it. Never
	 * rejects.
	 */
	async #flush(by: number): Promise<void> {
		const due = [...this.#keys.values()].filter(({ use, dueAt }) => use !== null && dueAt <= by);
		const uses = due.flatMap(({ use }) => (use ? [use] : []));
		if (uses.length === 0) return;
		const { quietMs } = this.#options;
		this.#rest(due, quietMs);
		try {
			const early = await this.#write(uses, by === Infinity ? null : new Date(by - quietMs));
			for (const [index, noted] of due.entries()) {
				if (noted.use && noted.use === uses[index] && !early.has(noted.use.id)) noted.use = null;
			}
		} catch (error) {
			this.#failed(error);
			this.#rest(due, this.#options.retryMs);
		}
	}

	#rest(some: Noted[], ms: number): void {
		const dueAt = Date.now() + ms;
		for (const noted of some) noted.dueAt = dueAt;
	}
}

/** V8's quote of invalid JSON: the reason is kept, the text is not. */
const quoted = /,? ?(?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON/s;
/** PostgreSQL's jsonb refuses U+0000. */
const nul = /\0/g;

/** The request with its sender-chosen parts cut short, as jsonb can keep it. */
function bounded({ method, path, status, lines }: KeyRequest): KeyRequest {
	const request = { method, path: path.slice(0, longestPath), status };
	if (!lines) return request;
	const { accepted, rejected, errors = [], repaired } = lines;
	const kept = errors.slice(0, mostErrors).map(({ index, reason }) => ({
		index,
		reason: reason.replace(quoted, '').slice(0, longestReason).replace(nul, '\ufffd').toWellFormed()
	}));
	const counted = { accepted, rejected, ...(repaired && { repaired }) };
	return { ...request, lines: { ...counted, ...(kept.length > 0 && { errors: kept }) } };
}
