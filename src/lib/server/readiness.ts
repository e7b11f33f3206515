import type { Sql } from './postgres/connect.ts';

/** How long a database may take to answer before it counts as away, in ms. */
const patience = 2_000;
/** What is said of a full disk; everything else means that the database is away. */
export const full = 'The disk is full.';

/** Why requests cannot be served now; none when they can. */
export async function faults(
	sql: Sql,
	listener: { connected: boolean },
	disk: { isFull: boolean }
): Promise<string[]> {
	const found: string[] = [];
	if (!(await answers(sql))) found.push('PostgreSQL does not answer.');
	if (!listener.connected) found.push('The listener is not connected to PostgreSQL.');
	if (disk.isFull) found.push(full);
	return found;
}

function answers(sql: Sql): Promise<boolean> {
	const answer = sql`SELECT 1`.then(
		() => true,
		() => false // the reason is in the log of whoever needed the database
	);
	const silence = new Promise<boolean>((resolve) => setTimeout(resolve, patience, false).unref());
	return Promise.race([answer, silence]);
}
