import { setTimeout as sleep } from 'node:timers/promises';
import { Undeliverable, type Delivery, type Outbox } from './delivery.ts';

/** Told what happens to deliveries. */
export interface Watch {
	delivered(): void;
	/** It failed, and is retried after this many ms. */
	postponed(delivery: Delivery<unknown>, error: unknown, retryMs: number): void;
	/** It is given up: it expired, or no further try would help. */
	dropped(delivery: Delivery<unknown>, error: unknown): void;
	/** The outbox itself could not be read or written; its contents are delivered later. */
	failed(error: unknown): void;
}

export interface CourierOptions<Payload> {
	outbox: Outbox<Payload>;
	/** Resolves when it is delivered. Rejects when it must be retried, with Undeliverable if that is pointless. */
	deliver(delivery: Delivery<Payload>): Promise<void>;
	watch: Watch;
	/** How many are under way at once. */
	most: number;
	/** Ms after the n-th failure. */
	backoff(attempt: number): number;
	/** How long a delivery belongs to its taker, in ms; if unfinished by then, it counts as failed. */
	leaseMs: number;
}

/** The share of the lease that a delivery may take: the rest is for recording the result. */
const share = 0.8;

/**
 * Carries deliveries from an outbox to their destination, each on its own: a hanging or failing one holds up only those behind
 * it in its lane. If a crash interrupts one, the first instance to look after its lease takes it up.
 */
export class Courier<Payload> {
	readonly #options: CourierOptions<Payload>;
	readonly #underway = new Map<string, Promise<void>>();
	/** Delivered, but not yet recorded in the outbox. */
	readonly #delivered = new Set<string>();
	readonly #timers = new Set<NodeJS.Timeout>();
	#looking = false;
	#again = false;
	#closing = false;
	#closed = false;

	constructor(options: CourierOptions<Payload>) {
		this.#options = options;
	}

	/** Starts with what is due. Rejects when the outbox cannot be read. */
	async look(): Promise<void> {
		this.#again = true;
		if (this.#looking) return;
		this.#looking = true;
		try {
			while (this.#again && !this.#closing) await this.#claim();
		} finally {
			this.#looking = false;
		}
	}

	/** Looks after this many ms. */
	lookIn(ms: number): void {
		if (this.#closing) return;
		const timer = setTimeout(() => {
			this.#timers.delete(timer);
			this.look().catch((error: unknown) => this.#options.watch.failed(error));
		}, ms).unref();
		this.#timers.add(timer);
	}

	/**
	 * Delivers those of `own` that have not been tried yet, waits for deliveries under way, `patienceMs` at most, and stops
	 * looking. The rest stays in the outbox.
	 */
	async close(own: readonly string[] = [], patienceMs = 3_000): Promise<void> {
		this.#closing = true;
		for (const timer of this.#timers) clearTimeout(timer);
		this.#timers.clear();
		await Promise.race([this.#finish(own), sleep(patienceMs, null, { ref: false })]);
		this.#closed = this.#underway.size > 0;
	}

	async #finish(own: readonly string[]): Promise<void> {
		const { outbox, leaseMs, watch } = this.#options;
		try {
			const last = own.length > 0 ? await outbox.claim(own.length, leaseMs, own) : [];
			last.forEach((delivery) => this.#begin(delivery));
		} catch (error) {
			watch.failed(error);
		}
		await Promise.all(this.#underway.values());
	}

	async #claim(): Promise<void> {
		this.#again = false;
		const { outbox, most, leaseMs } = this.#options;
		const room = most - this.#underway.size;
		if (room <= 0) return; // looked again when one of them is over
		for (const delivery of await outbox.claim(room, leaseMs)) this.#begin(delivery);
	}

	#begin(delivery: Delivery<Payload>): void {
		const over = this.#carry(delivery).then(() => {
			this.#underway.delete(delivery.id);
			this.lookIn(0);
		});
		this.#underway.set(delivery.id, over);
	}

	/** Never rejects. */
	async #carry(delivery: Delivery<Payload>): Promise<void> {
		const { outbox, watch } = this.#options;
		try {
			await this.#deliver(delivery);
			if (this.#closed) return;
			await outbox.remove(delivery.id);
			this.#delivered.delete(delivery.id);
		} catch (error) {
			if (this.#closed) return;
			if (this.#delivered.has(delivery.id)) return watch.failed(error);
			await this.#postpone(delivery, error);
		}
	}

	/** Once, even if the outbox could not record it the last time. */
	async #deliver(delivery: Delivery<Payload>): Promise<void> {
		const { deliver, watch, leaseMs } = this.#options;
		if (this.#delivered.has(delivery.id)) return;
		if (delivery.isExpired) return watch.dropped(delivery, new Error('it expired'));
		try {
			await within(leaseMs * share, deliver(delivery));
		} catch (error) {
			if (!(error instanceof Undeliverable)) throw error;
			return watch.dropped(delivery, error);
		}
		this.#delivered.add(delivery.id);
		watch.delivered();
	}

	async #postpone(delivery: Delivery<Payload>, error: unknown): Promise<void> {
		const { outbox, watch, backoff } = this.#options;
		const retryMs = backoff(delivery.attempt);
		watch.postponed(delivery, error, retryMs);
		const why = error instanceof Error ? error.message : String(error);
		try {
			await outbox.postpone(delivery, retryMs, why.slice(0, 500));
			this.lookIn(retryMs + 1);
		} catch (failure) {
			watch.failed(failure);
		}
	}
}

/** A promise's result, or a rejection if it takes longer. */
async function within(ms: number, promise: Promise<void>): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error(`no answer within ${Math.round(ms)} ms`)), ms);
		timer.unref();
	});
	await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
