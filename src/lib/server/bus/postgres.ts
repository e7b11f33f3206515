import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type postgres from 'postgres';
import { open } from '../postgres/connect.ts';
import type { Bridge } from './bus.ts';

/**
 * A topic `logs:<org>` is the channel `logs_<org>`, which the triggers in drizzle/postgres notify. Of `deploy:<org>/<id>` it is
 * `deploy_<id>`, because a channel's name has 63 bytes at most.
 */
const channelOf = (topic: string) => topic.replace(/:(?:[^/]*\/)?/, '_');

/** How long to wait before trying again to reach PostgreSQL, in ms: the n-th try in a row. */
const backoff = (tries: number) => Math.min(20 * 2 ** tries, 500);

/**
 * With Citus a notification may come before what it announces can be read, by up to 35 ms (measured): a commit on several nodes has two
 * phases. So long after the last one its topic is woken once more, in ms.
 */
const echoAfter = 100;

/** After how many ms without an answer to a LISTEN the connection counts as broken. */
const patience = 2_000;

/**
 * Keeps one connection that LISTENs to exactly the wanted channels. Whenever a LISTEN takes hold, also after a cut, the topic
 * is woken, because earlier notifications are unknown.
 *
 * It reconciles (wanted against held) instead of using `sql.listen`, whose `unlisten` finds nothing after a reconnect (postgres
 * 3.4.9, src/index.js: the listener is re-registered as another object).
 */
export class PostgresBridge implements Bridge {
	readonly #wanted = new Set<string>();
	/** The wanted topics by their channels. */
	readonly #topics = new Map<string, string>();
	readonly #held = new Set<string>();
	readonly #wake: (topic: string) => void;
	readonly #lost: () => void;
	readonly #log: Logger;
	readonly #sql: postgres.Sql;
	readonly #hasEcho: boolean;
	/** When each topic is woken once more. */
	readonly #echoes = new Map<string, NodeJS.Timeout>();
	#reconciling = false;
	#closing = false;
	/** Whether the connection has answered a LISTEN since it was last lost. */
	#answered = false;
	readonly #opened = Promise.withResolvers<void>();
	/** When the oldest unanswered LISTEN was sent, by `performance.now()`. */
	#askedAt: number | null = null;

	/** `hasEcho`: whether a notification may come too early (see echoAfter). */
	constructor(
		url: string,
		options: { wake(topic: string): void; lost?(): void; log: Logger; hasEcho?: boolean }
	) {
		this.#hasEcho = options.hasEcho ?? false;
		this.#wake = options.wake;
		this.#lost = options.lost ?? (() => {});
		this.#log = options.log;
		const connection = {
			max: 1,
			idle_timeout: 0,
			max_lifetime: null,
			connect_timeout: 10,
			backoff: () => 0.01, // our own backoff is below
			connection: { application_name: 'tailrace listener' },
			onnotify: (channel: string) => this.#notified(channel), // missing in the library's types
			onclose: () => this.#cut()
		};
		this.#sql = open(url, connection);
	}

	/** Resolves once PostgreSQL has answered a LISTEN. */
	get opened(): Promise<void> {
		return this.#opened.promise;
	}

	/** Whether exactly the wanted channels are being listened to now. */
	get listening(): boolean {
		return this.#wanted.size === this.#held.size && [...this.#wanted].every((topic) => this.#held.has(topic));
	}

	/** Whether PostgreSQL is there to announce changes, even while further channels are requested. */
	get connected(): boolean {
		return this.#answered && (this.#askedAt === null || performance.now() - this.#askedAt < patience);
	}

	listen(topic: string): void {
		this.#wanted.add(topic);
		this.#topics.set(channelOf(topic), topic);
		this.#reconcile();
	}

	unlisten(topic: string): void {
		clearTimeout(this.#echoes.get(topic));
		this.#echoes.delete(topic);
		this.#wanted.delete(topic);
		this.#topics.delete(channelOf(topic));
		this.#reconcile();
	}

	async close(): Promise<void> {
		this.#closing = true;
		for (const echo of this.#echoes.values()) clearTimeout(echo);
		await this.#sql.end({ timeout: 1 });
	}

	#notified(channel: string): void {
		const topic = this.#topics.get(channel);
		if (topic === undefined) return;
		this.#wake(topic);
		if (this.#hasEcho) this.#wakeAgain(topic);
	}

	#wakeAgain(topic: string): void {
		const echo = this.#echoes.get(topic);
		if (echo) echo.refresh();
		else
			this.#echoes.set(
				topic,
				setTimeout(() => this.#wake(topic), echoAfter)
			);
	}

	#cut(): void {
		this.#answered = false;
		this.#held.clear();
		this.#lost();
		this.#reconcile();
	}

	#reconcile(): void {
		if (this.#reconciling || this.#closing) return;
		this.#reconciling = true;
		void this.#run();
	}

	/** Never rejects: it tries until the held channels are the wanted ones. */
	async #run(): Promise<void> {
		for (let tries = 0; !this.#closing && !this.listening;) {
			try {
				await this.#listenToWanted();
				await this.#unlistenToUnwanted();
				tries = 0;
			} catch (error) {
				if (!this.#closing && tries++ === 0)
					this.#log.warn({ err: error }, 'LISTEN lost PostgreSQL, trying again');
				await sleep(backoff(tries));
			}
		}
		this.#reconciling = false; // in the same turn as the check, so that the wanted channels cannot change in between
	}

	async #listenToWanted(): Promise<void> {
		for (const topic of [...this.#wanted].filter((topic) => !this.#held.has(topic))) {
			await this.#ask(`LISTEN "${channelOf(topic)}"`);
			this.#held.add(topic);
			this.#wake(topic);
		}
	}

	async #unlistenToUnwanted(): Promise<void> {
		for (const topic of [...this.#held].filter((topic) => !this.#wanted.has(topic))) {
			await this.#ask(`UNLISTEN "${channelOf(topic)}"`);
			this.#held.delete(topic);
		}
	}

	async #ask(statement: string): Promise<void> {
		this.#askedAt = performance.now();
		try {
			await this.#sql.unsafe(statement);
			this.#answered = true;
			this.#opened.resolve();
		} finally {
			this.#askedAt = null;
		}
	}
}
