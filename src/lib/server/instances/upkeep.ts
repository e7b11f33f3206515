import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Task } from '../maintenance.ts';
import type { Queryable } from '../postgres/queryable.ts';
import * as turns from './turns.ts';

interface Options {
	sql: Queryable;
	/** The id of this server. */
	holder: string;
	tasks: readonly Task[];
	log: Logger;
	/** How often to look for tasks that nobody does, in ms. */
	lookMs?: number;
	/** How long a task stays with a server that is not heard from, in ms. */
	leaseMs?: number;
}

/** The longest wait after a failure, in ms. */
const retryMs = 60_000;
/** How long a stop waits for PostgreSQL, in ms: what was not given back is free when its lease ends. */
const patience = 1_000;

/**
 * Does the tasks that one server at a time does for all. Each is taken by whichever server looks first when it is due; while it
 * runs its lease is renewed, so that another server takes over some seconds after a server died, hung or was cut off. A server
 * that comes back from a hang may then do the rest of its task beside the other, so each task must bear that.
 */
export class Upkeep {
	readonly #options: Required<Options>;
	readonly #running = new Map<string, Promise<void>>();
	#timer: NodeJS.Timeout | undefined;
	#hasEnded = false;

	constructor(options: Options) {
		this.#options = { lookMs: 5_000, leaseMs: 15_000, ...options };
	}

	/** Looks for tasks now and again and again. */
	start(): void {
		void this.#look();
	}

	/** Starts no further task, and gives back what is unfinished, for another server to do at once. */
	async stop(): Promise<void> {
		this.#hasEnded = true;
		clearTimeout(this.#timer);
		const { sql, holder, log } = this.#options;
		if (this.#running.size === 0) return;
		const given = turns
			.giveBackAll(sql, holder)
			.catch((error: unknown) =>
				log.debug({ err: error }, 'tasks stay with this server until their lease ends')
			);
		await Promise.race([given, sleep(patience, null, { ref: false })]);
	}

	/** Never rejects. */
	async #look(): Promise<void> {
		const { sql, holder, tasks, log, lookMs, leaseMs } = this.#options;
		try {
			const free = tasks.filter(({ name }) => !this.#running.has(name));
			const due = new Set(
				await turns.due(
					sql,
					free.map(({ name }) => name)
				)
			);
			for (const task of free) {
				if (this.#hasEnded || !due.has(task.name)) continue;
				if (await turns.take(sql, task.name, holder, leaseMs)) this.#begin(task);
			}
		} catch (error) {
			log.debug({ err: error }, 'the tasks of all servers cannot be looked up now');
		}
		if (!this.#hasEnded) this.#timer = setTimeout(() => void this.#look(), lookMs).unref();
	}

	#begin(task: Task): void {
		const done = this.#run(task).finally(() => this.#running.delete(task.name));
		this.#running.set(task.name, done);
	}

	/** Never rejects. */
	async #run(task: Task): Promise<void> {
		const { sql, holder, log, leaseMs } = this.#options;
		const renewing = setInterval(() => void this.#renew(task.name), leaseMs / 3).unref();
		let dueInMs = task.everyMs;
		try {
			await task.run();
		} catch (error) {
			dueInMs = this.#hasEnded ? 0 : Math.min(dueInMs, retryMs);
			log[this.#hasEnded ? 'debug' : 'error']({ err: error, task: task.name }, 'maintenance failed');
		} finally {
			clearInterval(renewing);
		}
		try {
			await turns.giveBack(sql, task.name, holder, dueInMs);
		} catch (error) {
			log.debug({ err: error, task: task.name }, 'a task stays with this server until its lease ends');
		}
	}

	/** Never rejects. */
	async #renew(name: string): Promise<void> {
		const { sql, holder, log, leaseMs } = this.#options;
		try {
			if (await turns.keep(sql, name, holder, leaseMs)) return;
			log.warn({ task: name }, 'another server has taken over a task that this one was too slow to renew');
		} catch (error) {
			log.debug({ err: error, task: name }, 'the lease of a task cannot be renewed now');
		}
	}
}
