import type { Queryable } from '../postgres/queryable.ts';

/**
 * Which server does which task. A row a task: until `due_at` nobody may take it, because a server is doing it (its lease) or has
 * done it (its next turn). Leases rather than advisory locks: those last as long as a connection, which PostgreSQL may keep for
 * hours after a server was cut off, and a pooler keeps for good. All times are PostgreSQL's.
 */

/** Those of the tasks that a server may take now. */
export async function due(sql: Queryable, names: readonly string[]): Promise<string[]> {
	const others = await sql<{ name: string }[]>`
		SELECT name FROM upkeep_tasks WHERE name = ANY (${names as string[]}::text[]) AND due_at > now()`;
	const waiting = new Set(others.map(({ name }) => name));
	return names.filter((name) => !waiting.has(name));
}

/** Takes a task for so many ms; false if another server has it or has just done it. */
export async function take(sql: Queryable, name: string, holder: string, leaseMs: number): Promise<boolean> {
	const taken = await sql`
		INSERT INTO upkeep_tasks AS task (name, holder, due_at)
		VALUES (${name}, ${holder}, clock_timestamp() + ${leaseMs} * interval '1 millisecond')
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, due_at = excluded.due_at
		WHERE task.due_at <= clock_timestamp()`;
	return taken.count === 1;
}

/** Keeps a task for so many ms from now; false if another server has taken it meanwhile. */
export async function keep(sql: Queryable, name: string, holder: string, leaseMs: number): Promise<boolean> {
	const kept = await sql`
		UPDATE upkeep_tasks SET due_at = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
		WHERE name = ${name} AND holder = ${holder}`;
	return kept.count === 1;
}

/** Gives a task back, to be done again after so many ms, unless another server has taken it meanwhile. */
export async function giveBack(sql: Queryable, name: string, holder: string, dueInMs: number): Promise<void> {
	await sql`
		UPDATE upkeep_tasks SET holder = NULL, due_at = clock_timestamp() + ${dueInMs} * interval '1 millisecond'
		WHERE name = ${name} AND holder = ${holder}`;
}

/** Gives back all that a server has not finished: another one does it at once. */
export async function giveBackAll(sql: Queryable, holder: string): Promise<void> {
	await sql`UPDATE upkeep_tasks SET holder = NULL, due_at = now() WHERE holder = ${holder}`;
}
