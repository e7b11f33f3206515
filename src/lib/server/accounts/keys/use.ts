import type { Subscribe } from '../access.ts';

/** What has to be known of the key that a request came with. */
export interface UsedKey {
	id: string;
	org: string;
	/** While somebody waits for its next request, what comes with it is written at once. */
	watchedUntil: Date | null;
}

/** A request that came with a key, and how it was answered. Nothing of what it carried is kept. */
export interface KeyRequest {
	method: string;
	path: string;
	status: number;
	/** If it sent lines that were looked at. */
	lines?: Lines | undefined;
}

export interface Lines {
	accepted: number;
	rejected: number;
	/** Why: of the first that were rejected. */
	errors?: { index: number; reason: string }[];
}

/** The last request with a key. */
export interface Use {
	/** Of the key. */
	id: string;
	org: string;
	/** Epoch ms. */
	at: number;
	address: string | null;
	request: KeyRequest;
}

interface Noted {
	/** What is to be written; null if all is. */
	use: Use | null;
	/** Date.now() from which it may be written. */
	dueAt: number;
	unsubscribe(): void;
}

const defaults = {
	/** Between two writes for the same key, unless somebody watches it. */
	quietMs: 60_000,
	/** How often it is looked for what is due. */
	tickMs: 500,
	/** How long a write that failed rests. */
	retryMs: 5_000,
	/** How long closing waits for the last write. */
	patienceMs: 2_000,
	/** Keys. */
	most: 10_000
};

/** How many rejections are kept of a request. */
const mostErrors = 5;
const longestPath = 200;
const longestReason = 200;

/**
 * Notes the last use of each key in memory, at no cost to the request, and writes it at most once a minute: the first use
 * after a quiet minute at once, of those that follow the last one when the minute is over. While somebody watches the
 * key, and after a change of who has access (which is how a watch begins), what there is is written within a second.
 */
export class KeyUse {
	readonly #write: (uses: Use[]) => Promise<void>;
	readonly #subscribe: Subscribe;
	readonly #failed: (error: unknown) => void;
	readonly #options: typeof defaults;
	/** By the key's id, those longest known first. */
	readonly #keys = new Map<string, Noted>();
	#timer: NodeJS.Timeout | undefined;
	#writing: Promise<void> = Promise.resolve();

	constructor(
		write: (uses: Use[]) => Promise<void>,
		subscribe: Subscribe,
		failed: (error: unknown) => void,
		options: Partial<typeof defaults> = {}
	) {
		this.#write = write;
		this.#subscribe = subscribe;
		this.#failed = failed;
		this.#options = { ...defaults, ...options };
	}

	/** Keys of which something is kept in memory. */
	get size(): number {
		return this.#keys.size;
	}

	/** Notes a request. It returns at once and never throws. */
	note({ id, org, watchedUntil }: UsedKey, address: string | null, request: KeyRequest): void {
		const at = Date.now();
		const noted = this.#keys.get(id) ?? this.#begin(id, org);
		noted.use = { id, org, at, address, request: bounded(request) };
		if (watchedUntil && watchedUntil.getTime() > at) noted.dueAt = at;
		this.#timer ??= setTimeout(() => void this.#tick(), this.#options.tickMs).unref();
	}

	/** Writes what is left, if PostgreSQL takes it in time, and ends the subscriptions. */
	async close(): Promise<void> {
		const { patienceMs } = this.#options;
		clearTimeout(this.#timer);
		const last = this.#writing.then(() => this.#flush(Infinity));
		const late = new Promise((resolve) => setTimeout(resolve, patienceMs).unref());
		await Promise.race([last, late]);
		clearTimeout(this.#timer);
		for (const id of [...this.#keys.keys()]) this.#forget(id);
	}

	#begin(id: string, org: string): Noted {
		const [oldest] = this.#keys.keys();
		if (this.#keys.size >= this.#options.most && oldest !== undefined) this.#forget(oldest);
		const noted: Noted = { use: null, dueAt: 0, unsubscribe: () => {} };
		this.#keys.set(id, noted);
		noted.unsubscribe = this.#subscribe(`access:${org}`, () => (noted.dueAt = 0));
		return noted;
	}

	#forget(id: string): void {
		this.#keys.get(id)?.unsubscribe();
		this.#keys.delete(id);
	}

	async #tick(): Promise<void> {
		this.#writing = this.#flush(Date.now());
		await this.#writing;
		for (const [id, { use, dueAt }] of this.#keys) if (!use && dueAt <= Date.now()) this.#forget(id);
		const more = this.#keys.size > 0;
		this.#timer = more ? setTimeout(() => void this.#tick(), this.#options.tickMs).unref() : undefined;
	}

	/** Writes what is due by then, in one statement. What comes meanwhile is due after it. Never rejects. */
	async #flush(by: number): Promise<void> {
		const due = [...this.#keys.values()].filter(({ use, dueAt }) => use !== null && dueAt <= by);
		const uses = due.flatMap(({ use }) => (use ? [use] : []));
		if (uses.length === 0) return;
		this.#rest(due, this.#options.quietMs);
		try {
			await this.#write(uses);
			for (const [index, noted] of due.entries()) if (noted.use === uses[index]) noted.use = null;
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

/** What V8 quotes of a text that is no JSON: the reason is kept, the text is not. */
const quoted = /,? ?(?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON/s;
/** What PostgreSQL's jsonb refuses: U+0000. */
const nul = /\0/g;

/** The request with what senders choose cut short, as jsonb can keep it. */
function bounded({ method, path, status, lines }: KeyRequest): KeyRequest {
	const request = { method, path: path.slice(0, longestPath), status };
	if (!lines) return request;
	const { accepted, rejected, errors = [] } = lines;
	const kept = errors.slice(0, mostErrors).map(({ index, reason }) => ({
		index,
		reason: reason.replace(quoted, '').slice(0, longestReason).replace(nul, '\ufffd').toWellFormed()
	}));
	return { ...request, lines: { accepted, rejected, ...(kept.length > 0 && { errors: kept }) } };
}
