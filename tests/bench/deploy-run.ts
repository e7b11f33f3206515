import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as deployLines from './deploy-lines.ts';
import { DeploySender } from './deploy-sender.ts';
import { DeployViewer } from './deploy-viewer.ts';
import { Histogram } from './histogram.ts';
import type { Target } from './targets.ts';

/** Ms from one request to the next, at least: what `tailrace deploy` prints meanwhile goes together. */
export const batchMs = 100;
/** How long the last line may take to reach the viewer, in ms. */
const patience = 30_000;

export interface Printing {
	linesPerSecond: number;
	bytesPerLine: number;
	seconds: number;
}

/** From when an append was sent to its answer and to its last byte at the viewer, in ms, over all deploys of a trial. */
export class Delays {
	readonly acknowledged = new Histogram();
	readonly seen = new Histogram();
}

/** A deploy whose log is sent as `tailrace deploy` sends it, one request at a time, and a viewer of it. */
export class DeployRun {
	readonly #sender: DeploySender;
	readonly #viewer: DeployViewer;
	readonly #delays: Delays;
	readonly #hash = createHash('sha256');
	/** Appends that the viewer has not seen whole: where they end, and when they were sent. */
	readonly #unseen: { end: number; sent: number }[] = [];
	#lines = 0;
	#complete = () => {};

	private constructor(target: Target, sender: DeploySender, delays: Delays) {
		this.#sender = sender;
		this.#delays = delays;
		this.#viewer = new DeployViewer(target, sender.id, () => this.#see());
	}

	static async start(target: Target, delays: Delays): Promise<DeployRun> {
		const run = new DeployRun(target, await DeploySender.create(target), delays);
		await run.#viewer.opened;
		return run;
	}

	/** Prints at a rate whatever becomes of the requests; resolves when all of it is acknowledged. */
	async print({ linesPerSecond, bytesPerLine, seconds }: Printing): Promise<void> {
		const started = performance.now();
		const first = this.#lines;
		const last = first + linesPerSecond * seconds;
		while (this.#lines < last) {
			const sent = performance.now();
			const printed = first + Math.floor((linesPerSecond * (sent - started)) / 1000);
			const next = Math.min(last, printed);
			if (next > this.#lines) await this.#append(deployLines.lines(this.#lines + 1, next, bytesPerLine));
			this.#lines = next;
			const due = started + ((next + 1 - first) * 1000) / linesPerSecond;
			await sleep(Math.max(0, Math.max(due, sent + batchMs) - performance.now()));
		}
	}

	/** Ends the deploy. Whether the viewer had every byte of it, once and in order, in time. */
	async finish(): Promise<boolean> {
		await this.#sender.finish();
		const complete = this.#unseen.length === 0 || (await this.#seenInTime());
		return complete && this.#viewer.hasSeen(this.#hash.digest('hex'));
	}

	close(): void {
		this.#viewer.close();
		this.#sender.close();
	}

	async #append(data: Buffer): Promise<void> {
		this.#hash.update(data);
		const sent = performance.now();
		this.#unseen.push({ end: this.#sender.size + data.length, sent });
		await this.#sender.append(data);
		this.#delays.acknowledged.add(performance.now() - sent);
	}

	#see(): void {
		for (let next = this.#unseen[0]; next && next.end <= this.#viewer.end; next = this.#unseen[0]) {
			this.#delays.seen.add(performance.now() - next.sent);
			this.#unseen.shift();
		}
		if (this.#unseen.length === 0) this.#complete();
	}

	#seenInTime(): Promise<boolean> {
		return new Promise((resolve) => {
			const late = setTimeout(() => resolve(false), patience);
			this.#complete = () => {
				clearTimeout(late);
				resolve(true);
			};
		});
	}
}
