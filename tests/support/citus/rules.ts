import { distributedTables } from '../../../src/lib/server/postgres/citus.ts';

/** What Citus refuses on distributed tables, or what would make an organization depend on another one's worker there. */
interface Rule {
	name: string;
	isBroken(sql: string): boolean;
}

const distributed = new Set<string>(distributedTables);
const clock =
	/\b(now|clock_timestamp|statement_timestamp|transaction_timestamp)\(|\bcurrent_(timestamp|date|time)\b/i;
/** `org_id = …`: one organization. */
const ofOne = /\borg_id = (\$\d|')/;

const isChange = (sql: string) => /^(UPDATE|DELETE)\b/.test(sql);

/** The tables that a statement names: neither what it defines itself, nor a function in the place of one. */
function tablesIn(sql: string): string[] {
	const own = [...sql.matchAll(/"?(\w+)"?(?: \([^)]*\))? AS \(/g)].map(([, name]) => name);
	return [...sql.matchAll(/(?<!epoch )\b(?:FROM|JOIN|INTO|UPDATE|TABLE) "?([a-z]\w*)\b(?!\()/g)]
		.map(([, name = '']) => name)
		.filter((name) => !own.includes(name));
}

export const rules: Rule[] = [
	{
		name: 'a change takes its time as a value',
		isBroken: (sql) => {
			const changing = isChange(sql) ? sql : (/\bDO UPDATE\b.*$/.exec(sql)?.[0] ?? '');
			return clock.test(changing);
		}
	},
	{
		name: 'a change or a lock is of one organization',
		isBroken: (sql) =>
			(isChange(sql) || /\bFOR (NO KEY )?UPDATE\b|\bFOR (KEY )?SHARE\b/.test(sql)) && !ofOne.test(sql)
	},
	{ name: 'no row is named by its ctid', isBroken: (sql) => /\bctid\b/.test(sql) },
	{
		name: 'distributed and other tables do not meet in one statement',
		isBroken: (sql) => {
			const tables = tablesIn(sql);
			return tables.some((name) => distributed.has(name)) && tables.some((name) => !distributed.has(name));
		}
	},
	{
		name: 'locks and notifications have statements of their own',
		isBroken: (sql) => /\bpg_(try_)?advisory_|\bpg_notify\(/.test(sql)
	},
	{ name: 'sizes are asked of Citus', isBroken: (sql) => /(?<!citus)_(total_)?relation_size\(/.test(sql) },
	{
		name: 'a partition is made alone, then attached, and keeps its storage',
		isBroken: (sql) => /\bPARTITION OF\b|\bSET STORAGE\b/.test(sql)
	},
	{
		name: 'rows that are inserted come as values or from the same worker',
		isBroken: (sql) => /^INSERT\b.*\bSELECT\b/.test(sql) && tablesIn(sql).length < 2
	},
	{
		name: 'a statement changes one table',
		isBroken: (sql) => /^WITH\b.*\b(INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b/.test(sql)
	}
];

/** The rules that a statement breaks. */
export const brokenBy = (sql: string): string[] =>
	rules.filter(({ isBroken }) => isBroken(sql)).map(({ name }) => name);
