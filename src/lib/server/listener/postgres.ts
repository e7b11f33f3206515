import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import postgres from 'postgres';
import type { Bridge } from './listener.ts';

/** A topic `logs:<org>` is the channel `logs_<org>`: what the triggers in drizzle/postgres notify. */
const channelOf = (topic: string) => topic.replace(':', '_');
const topicOf = (channel: string) => channel.replace('_', ':');

/** How long to wait before the next try to reach PostgreSQL, in ms: the n-th try in a row. */
const backoff = (tries: number) => Math.min(20 * 2 ** tries, 500);

export interface PostgresBridge extends Bridge {
	/** Whether every wanted channel is being listened to at this moment. */
	listening(): boolean;
	close(): Promise<void>;
}

/**
 * Keeps one connection that LISTENs to exactly the wanted channels. Whenever a LISTEN takes hold, also again after a cut, the
 * topic is woken, because what was notified before is not known.
 *
 * It reconciles (wanted against held) instead of using `sql.listen`, whose `unlisten` finds nothing after a reconnect
 * (postgres 3.4.9, src/index.js: the listener is registered anew as another object).
 */
export function postgresBridge(
	url: string,
	options: { wake(topic: string): void; log: Logger }
): PostgresBridge {
	const wanted = new Set<string>();
	const held = new Set<string>();
	let reconciling = false;
	let closing = false;

	const connection = {
		max: 1,
		idle_timeout: 0,
		max_lifetime: null,
		fetch_types: false,
		connect_timeout: 10,
		backoff: () => 0.01,
		connection: { application_name: 'tailrace listener' },
		onnotify: (channel: string) => options.wake(topicOf(channel)), // missing in the library's types
		onclose: cut
	};
	const sql = postgres(url, connection);

	function cut(): void {
		held.clear();
		reconcile();
	}

	function reconcile(): void {
		if (reconciling || closing) return;
		reconciling = true;
		void run();
	}

	/** Never rejects: it tries until what is held is what is wanted. */
	async function run(): Promise<void> {
		for (let tries = 0; !closing && !settled(); ) {
			try {
				await listenToWanted();
				await unlistenToUnwanted();
				tries = 0;
			} catch (error) {
				if (!closing && tries++ === 0) options.log.warn({ err: error }, 'LISTEN lost PostgreSQL, trying again');
				await setTimeout(backoff(tries));
			}
		}
		reconciling = false; // in the same turn as the check, so that no change of `wanted` falls between
	}

	const settled = () => wanted.size === held.size && [...wanted].every((topic) => held.has(topic));

	async function listenToWanted(): Promise<void> {
		for (const topic of [...wanted].filter((topic) => !held.has(topic))) {
			await sql.unsafe(`LISTEN "${channelOf(topic)}"`);
			held.add(topic);
			options.wake(topic);
		}
	}

	async function unlistenToUnwanted(): Promise<void> {
		for (const topic of [...held].filter((topic) => !wanted.has(topic))) {
			await sql.unsafe(`UNLISTEN "${channelOf(topic)}"`);
			held.delete(topic);
		}
	}

	return {
		listen(topic) {
			wanted.add(topic);
			reconcile();
		},
		unlisten(topic) {
			wanted.delete(topic);
			reconcile();
		},
		listening: settled,
		async close() {
			closing = true;
			await sql.end({ timeout: 1 });
		}
	};
}
