import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Defer } from './trial.ts';

/** How many servers listen from now on, and whether one of their viewers reads each topic. */
export interface Order {
	servers: number;
	reads: boolean;
}

/** A server was woken, or has brought its viewer to a line. */
export interface Sighting {
	instance: number;
	/** The index of the topic. */
	topic: number;
	/** The line that it has come to; null if it only listens. */
	seq: number | null;
	/** In ms of `sharedNow`. */
	at: number;
}

/** The buses and tails of servers on one PostgreSQL. They share a process, because only what they cost PostgreSQL is measured. */
export class BusFleet {
	readonly #child: ChildProcess;
	readonly #died: Promise<never>;

	constructor(defer: Defer, url: string, topics: readonly string[], most: number) {
		const program = fileURLToPath(new URL('bus-listener.ts', import.meta.url));
		this.#child = fork(program, [url, String(most), ...topics], { serialization: 'advanced' });
		this.#died = once(this.#child, 'exit').then(() => Promise.reject(new Error('the listeners died')));
		this.#died.catch(() => {}); // at the end it is told to
		defer(() => this.#child.connected && this.#child.disconnect());
	}

	/** Resolves once so many listen to all topics, and the others to none. */
	async listen(servers: number, reads = false): Promise<void> {
		await this.#ask({ servers, reads });
	}

	/** What was seen since `listen`, in the order of time. */
	seen(): Promise<Sighting[]> {
		return this.#ask('report');
	}

	async #ask(order: Order | 'report'): Promise<Sighting[]> {
		this.#child.send(order);
		const [answer] = await Promise.race([once(this.#child, 'message'), this.#died]);
		return answer as Sighting[];
	}
}
