import { distributedNow, distributedTables, isInstalled } from './citus.ts';
import type { Sql } from './connect.ts';
import * as running from './running.ts';
import { transact } from './transaction.ts';

/** Citus was tried from this version on. */
const oldestCitus = 13;

/** The database cannot be distributed as it is; the message says what to do. */
export class CannotDistribute extends Error {}

export interface Distribution {
	/** Tables that were distributed now. */
	tables: number;
	/** Active workers. */
	workers: number;
}

/**
 * Distributes the tables of lines and deploys by organization, with what they hold, and says of each what it did. Each table is a
 * transaction of its own: what was cut short goes on with the next call, and a second call changes nothing.
 * @throws CannotDistribute on plain PostgreSQL, without workers, or while servers run
 */
export async function distribute(
	sql: Sql,
	shards: number,
	told: (what: string) => void
): Promise<Distribution> {
	const workers = await workersOf(sql);
	const already = await distributedNow(sql);
	const waiting = distributedTables.filter((table) => !already.has(table));
	if (waiting.length > 0) {
		await refuseUnconverted(sql);
		await refuseRunning(sql);
	}
	for (const table of distributedTables) {
		if (already.has(table)) told(`${table}: distributed already`);
		else told(await distributeTable(sql, table, shards));
		// What the coordinator had of it before. Nothing reads that again, so that it can be done once more.
		await sql`SELECT truncate_local_data_after_distributing_table(${table}::text::regclass)`;
	}
	return { tables: waiting.length, workers };
}

async function workersOf(sql: Sql): Promise<number> {
	if (!(await isInstalled(sql))) throw new CannotDistribute(plainPostgres);
	const [citus] = await sql<[{ version: string; nodes: number; isCoordinator: boolean }]>`
		SELECT extversion AS version, (SELECT count(*)::int FROM pg_dist_node) AS nodes,
			citus_is_coordinator() AS "isCoordinator"
		FROM pg_extension WHERE extname = 'citus'`;
	if (Number.parseInt(citus.version, 10) < oldestCitus)
		throw new CannotDistribute(`Citus ${citus.version} is too old: install ${oldestCitus} or newer.`);
	if (citus.nodes > 0 && !citus.isCoordinator)
		throw new CannotDistribute('DATABASE_URL names a worker: set it to the coordinator.');
	const [active] = await sql<[{ workers: number }]>`
		SELECT count(*)::int AS workers FROM citus_get_active_worker_nodes()`;
	if (active.workers === 0) throw new CannotDistribute(noWorker);
	return active.workers;
}

const plainPostgres =
	'This is plain PostgreSQL: Citus is not there. Install it on every node, put citus into shared_preload_libraries, and run ' +
	'CREATE EXTENSION citus in this database. See docs/operate/citus.md.';
const noWorker =
	"The coordinator has no worker: add one with SELECT citus_add_node('host', 5432). See docs/operate/citus.md.";

async function refuseUnconverted(sql: Sql): Promise<void> {
	const found = await sql`SELECT 1 FROM pg_class WHERE oid = to_regclass('logs')`;
	if (found.length > 0)
		throw new CannotDistribute(
			'Lines of an earlier version wait to be converted: start a server once, then stop it.'
		);
}

/** A server started before would go on as on plain PostgreSQL. */
async function refuseRunning(sql: Sql): Promise<void> {
	const servers = await running.describe(sql);
	if (servers !== null) throw new CannotDistribute(`Stop all servers first. ${servers}`);
}

/** Without what it refers to and what it sets off: Citus takes neither. */
function distributeTable(sql: Sql, table: string, shards: number): Promise<string> {
	return transact(sql, async (transaction) => {
		const [held] = await transaction<[{ rows: number }]>`SELECT count(*) AS rows FROM ${transaction(table)}`;
		const did = [
			...(await dropReferences(transaction, table)),
			...(await dropTriggers(transaction, table)),
			...(await spread(transaction, table, shards))
		];
		return [`${table}: distributed by organization, ${held.rows} rows`, ...did].join(', ');
	});
}

async function dropReferences(transaction: Sql, table: string): Promise<string[]> {
	const references = await transaction<{ name: string }[]>`
		SELECT conname AS name FROM pg_constraint WHERE contype = 'f' AND conrelid = ${table}::text::regclass`;
	for (const { name } of references)
		await transaction`ALTER TABLE ${transaction(table)} DROP CONSTRAINT ${transaction(name)}`;
	return references.map(({ name }) => `without the foreign key ${name}`);
}

async function dropTriggers(transaction: Sql, table: string): Promise<string[]> {
	const triggers = await transaction<{ name: string }[]>`
		SELECT tgname AS name FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = ${table}::text::regclass`;
	for (const { name } of triggers)
		await transaction`DROP TRIGGER ${transaction(name)} ON ${transaction(table)}`;
	return triggers.map(({ name }) => `without the trigger ${name}`);
}

/** Partitions are distributed alone and attached again: shards that are made as partitions lose their storage setting. */
async function spread(transaction: Sql, table: string, shards: number): Promise<string[]> {
	const partitions = await transaction<{ name: string; bound: string }[]>`
		SELECT inhrelid::regclass::text AS name, pg_get_expr(relpartbound, inhrelid) AS bound
		FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
		WHERE inhparent = ${table}::text::regclass ORDER BY 1`;
	for (const { name } of partitions)
		await transaction`ALTER TABLE ${transaction(table)} DETACH PARTITION ${transaction(name)}`;
	const [first] = distributedTables;
	if (table === first)
		await transaction`
			SELECT create_distributed_table(${table}::text::regclass, 'org_id', colocate_with => 'none', shard_count => ${shards}::int)`;
	else await place(transaction, table, first);
	for (const { name, bound } of partitions) {
		await place(transaction, name, first);
		await transaction.unsafe(`ALTER TABLE ${table} ATTACH PARTITION ${name} ${bound}`);
	}
	return partitions.length > 0 ? [`${partitions.length} partitions`] : [];
}

function place(transaction: Sql, table: string, beside: string) {
	return transaction`SELECT create_distributed_table(${table}::text::regclass, 'org_id', colocate_with => ${beside})`;
}
