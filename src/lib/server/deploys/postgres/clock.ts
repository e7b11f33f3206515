import type { Sql } from '../../postgres/connect.ts';

/** PostgreSQL's time, epoch ms: the one clock that all servers share. */
export const nowOf = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

export async function clock(sql: Sql): Promise<number> {
	const [row] = await sql<[{ now: number }]>`SELECT ${sql.unsafe(nowOf)} AS now`;
	return row.now;
}
