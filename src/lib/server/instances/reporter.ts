import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Queryable } from '../postgres/queryable.ts';
import * as instances from './instances.ts';

/** What a server measures of itself. */
export interface Measured {
	/** Open streams. */
	streams: number;
	/** Log lines stored since its start. */
	lines: number;
	/** How long its readers have been waiting for lines that are stored, in ms. */
	behindMs: number;
}

interface Options {
	sql: Queryable;
	id: string;
	version: string;
	clock: Clock;
	log: Logger;
	measure(): Measured;
}

/** How long a stop waits for PostgreSQL, in ms: a server that was not taken off the list is shown as silent. */
const patience = 1_000;

/** Says every few seconds that this server is there and how it is doing, and compares its clock with PostgreSQL's. */
export class Reporter {
	readonly #options: Options;
	#address = '';
	#last = { lines: 0, at: performance.now() };
	#reporting: Promise<void> = Promise.resolve();
	#timer: NodeJS.Timeout | undefined;
	#hasEnded = false;
	#wasOff = false;

	constructor(options: Options) {
		this.#options = options;
	}

	/** Begins once the server can be reached, at this host and port. */
	begin(address: string): void {
		this.#address = address;
		this.#turn();
	}

	/** Takes this server off the list, if PostgreSQL answers in time. */
	async stop(): Promise<void> {
		this.#hasEnded = true;
		clearTimeout(this.#timer);
		if (this.#address === '') return;
		await Promise.race([this.#leave(), sleep(patience, null, { ref: false })]);
	}

	#turn(): void {
		this.#reporting = this.#report().then(() => {
			if (!this.#hasEnded) this.#timer = setTimeout(() => this.#turn(), instances.reportEveryMs).unref();
		});
	}

	/** Never rejects. */
	async #report(): Promise<void> {
		const { sql, id, version, clock, log, measure } = this.#options;
		const { lines, ...measured } = measure();
		const askedAt = performance.now();
		const linesPerSecond = ((lines - this.#last.lines) * 1_000) / Math.max(1, askedAt - this.#last.at);
		this.#last = { lines, at: askedAt };
		const own = { id, address: this.#address, version, linesPerSecond, clockMs: clock.aheadMs };
		try {
			const theirs = await instances.report(sql, {
				...own,
				streams: measured.streams,
				behindMs: Math.round(measured.behindMs)
			});
			clock.learn(theirs, askedAt);
			this.#warn();
		} catch (error) {
			log.debug({ err: error }, 'this server cannot report now');
		}
	}

	/** Once each time that the clocks part. */
	#warn(): void {
		const { clock, log } = this.#options;
		if (clock.isOff && !this.#wasOff)
			log.warn(
				{ aheadMs: clock.aheadMs },
				"this server's clock differs from PostgreSQL's, which is used instead"
			);
		this.#wasOff = clock.isOff;
	}

	/** After the report under way, which would put it on the list again. Never rejects. */
	async #leave(): Promise<void> {
		const { sql, id, log } = this.#options;
		await this.#reporting;
		await instances
			.leave(sql, id)
			.catch((error: unknown) =>
				log.debug({ err: error }, 'this server stays on the list of servers as silent')
			);
	}
}
