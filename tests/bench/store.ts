import { decode } from '../../src/lib/server/ingest/decode.ts';
import { logStore } from '../../src/lib/server/logs/store.ts';
import { connect, type Sql } from '../../src/lib/server/postgres/connect.ts';
import * as embedded from '../../src/lib/server/postgres/embedded.ts';
import { ndjson } from './lines.ts';
import type { product } from './targets.ts';

type Product = Awaited<ReturnType<typeof product>>;

/** Connects to the server's own PostgreSQL, past the server. */
export async function withDatabase<Result>(
	{ server }: Pick<Product, 'server'>,
	use: (sql: Sql) => Promise<Result>
): Promise<Result> {
	const url = await embedded.connectUrl(server.dataDir);
	if (url === null) throw new Error('the embedded PostgreSQL does not run');
	const sql = connect(url, { max: 2, name: 'tailrace bench' });
	return use(sql).finally(() => sql.end());
}

/**
 * The floor of ingest: the same lines through `append_logs` on the same PostgreSQL, decoded beforehand. `append` commits them
 * once more and gives how many they are.
 */
export function withStore<Result>(
	target: Pick<Product, 'server' | 'account'>,
	bodies: readonly Buffer[],
	use: (append: () => Promise<number>) => Promise<Result>
): Promise<Result> {
	const entries = bodies.flatMap((bytes) => {
		const decoded = decode(bytes, ndjson, {}, Date.now());
		if ('status' in decoded) throw new Error(decoded.detail);
		return decoded.entries;
	});
	return withDatabase(target, (sql) => {
		const store = logStore(sql);
		const org = target.account.org.id;
		return use(async () => {
			await sql.begin((transaction) => store.append(org, entries, transaction as unknown as Sql));
			return entries.length;
		});
	});
}
