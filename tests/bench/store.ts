import { logStore } from '../../src/lib/server/logs/store.ts';
import { connect, type Sql } from '../../src/lib/server/postgres/connect.ts';
import * as embedded from '../../src/lib/server/postgres/embedded.ts';
import { entriesOf, rowStore } from './rows.ts';
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

/** What commits the same lines once more, past HTTP and decoding, and gives how many they are. */
interface Floors {
	/** As rows, as they were stored before chunks. */
	rows(): Promise<number>;
	/** As chunks. */
	chunks(): Promise<number>;
}

/** The floors of ingest, on the same PostgreSQL. */
export function withFloors<Result>(
	target: Pick<Product, 'server' | 'account'>,
	bodies: readonly Buffer[],
	use: (floors: Floors) => Promise<Result>
): Promise<Result> {
	const entries = entriesOf(bodies);
	const org = target.account.org.id;
	return withDatabase(target, async (sql) => {
		const rows = await rowStore(sql, org);
		const store = logStore(sql);
		const chunks = async () => {
			await sql.begin((transaction) => store.append(org, entries, transaction as unknown as Sql));
			return entries.length;
		};
		return use({ rows: () => rows.append(entries), chunks }).finally(rows.remove);
	});
}
