import type { Sql } from './connect.ts';

const day = 24 * 60 * 60 * 1000;

/**
 * Makes the day partitions of `logs` from today to a week ahead (UTC days). Instances may do so at the same time.
 * Lines that arrive on a day without a partition go to `logs_default`; a partition that those lines stand in the way of is
 * left out, and they stay where they are.
 */
export async function prepare(sql: Sql, now = Date.now()): Promise<void> {
	for (let ahead = 0; ahead <= 7; ahead++) {
		const from = new Date(now + ahead * day).toISOString().slice(0, 10);
		const to = new Date(now + (ahead + 1) * day).toISOString().slice(0, 10);
		await prepareDay(sql, from, to);
	}
}

async function prepareDay(sql: Sql, from: string, to: string): Promise<void> {
	const name = `logs_${from.replaceAll('-', '')}`;
	const [existing] = await sql`SELECT 1 FROM pg_class WHERE oid = to_regclass(${name})`;
	if (existing) return;
	try {
		await sql.unsafe(
			`CREATE TABLE IF NOT EXISTS ${name} PARTITION OF logs FOR VALUES FROM ('${from} 00:00Z') TO ('${to} 00:00Z')`
		);
	} catch (error) {
		// 23514: the default partition holds lines of that day. 42P07: another instance was quicker.
		const { code } = error as { code?: string };
		if (code !== '23514' && code !== '42P07') throw error;
	}
}
