import type { Sql } from './connect.ts';

/**
 * Runs `run` in a transaction and gives its result after the commit. Rejects with what it rejects with, rolled back, or
 * when the connection is lost; whether a commit that was under way then took place is not known.
 *
 * `sql.begin` alone answers every failure with a ROLLBACK, and when the connection itself was the failure, writing to it
 * ends the process (postgres 3.4.9, src/connection.js, nextWrite; porsager/postgres issues 1154 and 1208). So a loss never
 * reaches it from here: it hears of that from the connection, too, and then there is nothing to roll back.
 */
export function transact<T>(sql: Sql, run: (transaction: Sql) => Promise<T>): Promise<T> {
	const running = sql.begin((transaction) =>
		run(transaction as unknown as Sql).catch((error: unknown) => {
			if (!isLoss(error)) throw error;
			return new Promise<never>(() => {});
		})
	);
	return running as Promise<T>;
}

/** Errors after which the connection always closes: the library's own, and those of the socket. */
function isLoss(error: unknown): boolean {
	const code = (error as { code?: string } | null)?.code ?? '';
	return /^(CONNECTION_\w+|E[A-Z]+)$/.test(code);
}
