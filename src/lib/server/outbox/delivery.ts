/** Something to be sent, as a courier gets it. */
export interface Delivery<Payload> {
	/** A UUID, the same at every try: receivers recognize repeats by it. */
	id: string;
	lane: string | null;
	payload: Payload;
	/** The number of this try, from 1. */
	attempt: number;
	/** Whether it is too late to be of use. */
	isExpired: boolean;
}

/**
 * The waiting deliveries of one kind in a table. Each is put there in the transaction that causes it, so neither exists without
 * the other. Deliveries in one lane go one after another, in the order in which they were put.
 */
export interface Outbox<Payload> {
	/**
	 * Takes at most this many due ones, the first of each lane. Until `leaseMs` are over nobody else gets them, on any
	 * instance; then they are due again. With `only` it takes those of them that have not been tried yet, due or not.
	 */
	claim(most: number, leaseMs: number, only?: readonly string[]): Promise<Delivery<Payload>[]>;
	/** Forgets one that was delivered or given up. Idempotent. */
	remove(id: string): Promise<void>;
	/** Makes one due again after this many ms, unless its lease ended and someone else has it. */
	postpone(delivery: Delivery<Payload>, ms: number, error: string): Promise<void>;
	/** How many are waiting, or being delivered. */
	size(): Promise<number>;
}

/** A delivery's rejection when no further try would help. */
export class Undeliverable extends Error {}

/**
 * How long to wait after the n-th failure, in ms: twice as long each time, up to `most`, and somewhere between half of that and
 * all of it, so that things that failed together do not return together.
 */
export function backoff(least: number, most: number): (attempt: number) => number {
	return (attempt) => Math.min(most, least * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
}
