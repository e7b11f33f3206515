import type { Queryable } from './queryable.ts';

/** A server that was seen within so many seconds is taken for running. */
const seenWithin = 15;

/** A sentence that names the servers that run on a database; null if none does. */
export async function describe(sql: Queryable): Promise<string | null> {
	const running = await sql<{ address: string }[]>`
		SELECT address FROM instances WHERE seen_at > clock_timestamp() - make_interval(secs => ${seenWithin})
		ORDER BY address`;
	if (running.length === 0) return null;
	return `Seen within the last ${seenWithin} s: ${running.map(({ address }) => address).join(', ')}.`;
}
