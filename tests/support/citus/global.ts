import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import type { TestProject } from 'vitest/node';
import { convert } from '../../../src/lib/server/logs/rows.ts';
import { connect } from '../../../src/lib/server/postgres/connect.ts';
import { distribute } from '../../../src/lib/server/postgres/distribute.ts';
import { migrate } from '../../../src/lib/server/postgres/migrate.ts';
import * as partitions from '../../../src/lib/server/postgres/partitions.ts';
import { makeDatabase, nodesOf, on, startCluster } from './cluster.ts';
import offerCluster from '../server/cluster.ts';

const migrations = fileURLToPath(new URL('../../../drizzle/postgres', import.meta.url));
/** Few, so that a database is made soon. */
const shards = 4;

/**
 * The project `citus`: CITUS_URL names the coordinator of a cluster whose workers its database knows, or is `here` for one of this
 * machine. On every node a template with the distributed tables, which tests copy like any other.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
	const removeCluster = await offerCluster();
	const given = process.env.CITUS_URL ?? 'here';
	const own = given === 'here' ? await startCluster() : null;
	const nodes = await nodesOf(own?.url ?? given);
	const template = `tailrace_template_${randomBytes(6).toString('hex')}`;
	await makeTemplate(nodes, template);
	project.provide('databaseServer', nodes[0] ?? '');
	project.provide('databaseTemplate', template);
	project.provide('databaseNodes', nodes);

	return async () => {
		if (!own) for (const node of nodes) await on(node, `DROP DATABASE ${template}`);
		await own?.stop();
		await removeCluster();
	};
}

async function makeTemplate(nodes: readonly string[], name: string): Promise<void> {
	const url = await makeDatabase(nodes, name);
	await migrate(url, migrations);
	const sql = connect(url, { max: 1 });
	await convert(sql, pino({ level: 'silent' }));
	await partitions.prepare(sql);
	await distribute(sql, shards, () => {});
	await sql.end();
	// A database that somebody is connected to cannot be copied, and Citus keeps a process on each.
	for (const node of nodes) {
		await on(node, `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
		await on(node, `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '${name}'`);
	}
}
