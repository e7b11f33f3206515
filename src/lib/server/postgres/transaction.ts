import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Sql } from './connect.ts';

/**
 * Runs `run` in a transaction and returns its result after the commit. Rejects with the error of `run`, rolled back, or when
 * the connection is lost; whether a commit under way then took place is unknown.
 *
 * `sql.begin` alone continues after a loss: it writes its ROLLBACK or COMMIT, and `run` its next query, to a connection that is
 * closed, which ends the process, or that already serves someone else (postgres 3.4.9, src/connection.js, nextWrite;
 * porsager/postgres issues 1154 and 1208). So after a loss nothing reaches it from here. Only the library's own report counts
 * as a loss, never the look of an error in `run`: a missing file must not count as one.
 */
export async function transact<T>(sql: Sql, run: (transaction: Sql) => Promise<T>): Promise<T> {
	let lost = false;
	const running = sql.begin(async (transaction) => {
		const result = await run(unlessLost(transaction as unknown as Sql, () => lost)).catch(
			async (error: unknown) => {
				await nextTurn(); // a loss fails the query in the same turn as the transaction
				if (!lost) throw error;
			}
		);
		return lost ? new Promise<never>(() => {}) : result;
	});
	// While `run` is running the library rejects for one reason alone: it has lost the connection.
	running.catch(() => (lost = true));
	return running as Promise<T>;
}

/** The same transaction, which refuses queries once its connection is lost. */
function unlessLost(transaction: Sql, isLost: () => boolean): Sql {
	const guard = () => {
		if (isLost()) throw new Lost();
	};
	return new Proxy(transaction, {
		apply(target, self, parts) {
			guard();
			return Reflect.apply(target, self, parts) as unknown;
		},
		get(target, name) {
			if (name === 'unsafe') guard();
			return Reflect.get(target, name) as unknown;
		}
	});
}

/** The error of a transaction's query after its connection was lost. */
class Lost extends Error {
	readonly code = 'CONNECTION_CLOSED';
	constructor() {
		super('the connection of this transaction was lost');
	}
}
