import { setTimeout as sleep } from 'node:timers/promises';
import { bearer, insist, jsonOf, shown, type Answer, type Next } from './calls.ts';
import { bodyOf } from './lines.ts';
import type { Tenant } from './tenants.ts';

/** Lines that were acknowledged together: the sender's number and the place of the first. */
export interface Batch {
	n: number;
	seq: number;
	count: number;
}

const batchMs = 200;
/** Lines that a sender behind its rate puts into one request. */
const mostLines = 500;

/**
 * A good shipper: one request at a time, each with its Idempotency-Key, sent again to the next server until it is acknowledged.
 * After an outage it catches up.
 */
export class Sender {
	readonly tenant: Tenant;
	readonly batches: Batch[] = [];
	/** Lines that are acknowledged. */
	acknowledged = 0;
	/** The longest that a request took until it was acknowledged, in ms. */
	longestMs = 0;
	/** How often each status came that was not the last word; 0: no answer. */
	readonly again = new Map<number, number>();
	readonly faults: string[] = [];
	readonly #next: Next;
	readonly #perSecond: number;
	#startedAt = 0;
	#stoppedAt: number | null = null;
	#done: Promise<void> = Promise.resolve();

	constructor(tenant: Tenant, perSecond: number, next: Next) {
		this.tenant = tenant;
		this.#perSecond = perSecond;
		this.#next = next;
	}

	start(): void {
		this.#startedAt = performance.now();
		this.#done = this.#run();
	}

	/** Lines that are due but not acknowledged. */
	get behind(): number {
		return Math.max(0, this.#due - this.acknowledged);
	}

	/** Resolves when the last line is acknowledged. */
	async stop(): Promise<void> {
		this.#stoppedAt = performance.now();
		await this.#done;
	}

	get #due(): number {
		const until = this.#stoppedAt ?? performance.now();
		return Math.floor(((until - this.#startedAt) * this.#perSecond) / 1000);
	}

	async #run(): Promise<void> {
		await sleep(Math.random() * batchMs);
		while (this.#stoppedAt === null && this.faults.length === 0) {
			const began = performance.now();
			const count = Math.min(mostLines, this.#due - this.acknowledged);
			if (count > 0) await this.#deliver(this.acknowledged + 1, count);
			await sleep(Math.max(0, batchMs - (performance.now() - began)));
		}
	}

	async #deliver(n: number, count: number): Promise<void> {
		const { mark, key } = this.tenant;
		const headers = {
			...bearer(key),
			'content-type': 'application/x-ndjson',
			'idempotency-key': `${mark} ${n}`
		};
		const began = performance.now();
		const given = { method: 'POST', headers, body: bodyOf(mark, n, count) };
		const answer = await insist(this.#next, '/api/logs', given, ({ status }) => {
			if (status !== 200) this.again.set(status, (this.again.get(status) ?? 0) + 1);
		});
		this.longestMs = Math.max(this.longestMs, performance.now() - began);
		this.#keep({ n, count }, answer);
	}

	#keep({ n, count }: Omit<Batch, 'seq'>, answer: Answer): void {
		const fault = (what: string) =>
			this.faults.push(`lines ${n} to ${n + count - 1} of ${this.tenant.mark}: ${what}`);
		if (answer.status !== 200) return void fault(shown(answer));
		const { accepted, first_seq, last_seq } = jsonOf<Record<string, number>>(answer);
		if (accepted !== count || first_seq === undefined || last_seq !== first_seq + count - 1)
			return void fault(shown(answer));
		const last = this.batches.at(-1);
		if (last && first_seq < last.seq + last.count) fault(`promised ${first_seq}, which was promised before`);
		this.batches.push({ n, seq: first_seq, count });
		this.acknowledged += count;
	}
}
