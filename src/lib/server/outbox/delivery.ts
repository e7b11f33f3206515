/** Something that is to be sent, as a courier gets it. */
export interface Delivery<Payload> {
	/** A UUID, the same at every try: by it a receiver can tell a repeat. */
	id: string;
	lane: string | null;
	payload: Payload;
	/** Which try this is, from 1. */
	attempt: number;
	/** Whether it is too late to be of use. */
	isExpired: boolean;
}

/**
 * The deliveries of one kind that wait in a table. Whatever puts one there does so in the transaction that causes it, so
 * there is neither one without the other. Deliveries in one lane go one after the other, in the order in which they were put.
 */
export interface Outbox<Payload> {
	/**
	 * Takes at most so many that are due, the first of each lane. Until `leaseMs` are over nobody else gets them, on no instance;
	 * then they are due again. With `only` it takes those of them that nobody has tried yet, due or not.
	 */
	claim(most: number, leaseMs: number, only?: readonly string[]): Promise<Delivery<Payload>[]>;
	/** Forgets one that was delivered or is given up. Idempotent. */
	remove(id: string): Promise<void>;
	/** Makes one due again after so many ms, unless its lease ended and somebody else has it. */
	postpone(delivery: Delivery<Payload>, ms: number, error: string): Promise<void>;
	/** How many wait, or are being delivered. */
	size(): Promise<number>;
}

/** What a delivery rejects with that no further try would help. */
export class Undeliverable extends Error {}

/**
 * How long to wait after the n-th failure, in ms: twice as long each time, up to `most`, and somewhere between half of that
 * and all of it, so that what failed together does not come back together.
 */
export function backoff(least: number, most: number): (attempt: number) => number {
	return (attempt) => Math.min(most, least * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
}
