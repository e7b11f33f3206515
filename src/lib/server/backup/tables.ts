import type { Sql } from '../postgres/connect.ts';

/** A table to copy, whole. */
export interface Copied {
	name: string;
	columns: string[];
	/** Of its primary key: the order of its rows in a backup. */
	key: string[];
}

/** What servers say of themselves and to each other: a restored database begins without it. */
const passing = ['instances', 'upkeep_tasks'];

/** Every table of ours, those before that others refer to. Partitions come with their parent. */
export async function tablesOf(sql: Sql): Promise<Copied[]> {
	const tables = await sql<Copied[]>`
		SELECT c.relname AS name,
			(SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
				WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
			coalesce((SELECT array_agg(a.attname::text ORDER BY array_position(i.indkey::int[], a.attnum::int))
				FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
				WHERE i.indrelid = c.oid AND i.indisprimary), '{}') AS key
		FROM pg_class c
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
			AND c.relname <> ALL (${passing}::text[])
		ORDER BY c.relname`;
	const references = await sql<{ from: string; to: string }[]>`
		SELECT DISTINCT conrelid::regclass::text AS from, confrelid::regclass::text AS to FROM pg_constraint
		WHERE contype = 'f' AND conrelid <> confrelid AND connamespace = 'public'::regnamespace`;
	return inOrder([...tables], [...references]);
}

/** @throws when tables refer to each other in a circle. */
function inOrder(tables: readonly Copied[], references: readonly { from: string; to: string }[]): Copied[] {
	const ordered: Copied[] = [];
	let rest = [...tables];
	while (rest.length > 0) {
		const names = new Set(rest.map(({ name }) => name));
		const free = rest.filter(
			({ name }) => !references.some(({ from, to }) => from === name && names.has(to))
		);
		if (free.length === 0) throw new Error(`these tables refer to each other: ${[...names].join(', ')}`);
		ordered.push(...free);
		rest = rest.filter((table) => !free.includes(table));
	}
	return ordered;
}
