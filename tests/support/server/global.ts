import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { connect } from '../../../src/lib/server/postgres/connect.ts';
import * as embedded from '../../../src/lib/server/postgres/embedded.ts';
import { migrate } from '../../../src/lib/server/postgres/migrate.ts';
import * as partitions from '../../../src/lib/server/postgres/partitions.ts';
import offerCluster, { makeDataDir, remove } from './cluster.ts';
import { startOther } from './other-postgres.ts';

declare module 'vitest' {
	interface ProvidedContext {
		/** A PostgreSQL server on which tests create databases. */
		databaseServer: string;
		/** The name of a migrated database on it, to copy. */
		databaseTemplate: string;
		/** That server, and with Citus its workers: each has the same databases. */
		databaseNodes: string[];
	}
}

const migrations = fileURLToPath(new URL('../../../drizzle/postgres', import.meta.url));

/**
 * Once for a whole run: a PostgreSQL, and on it a migrated database that tests copy. The project `integration` has the embedded
 * one, `database-url` another, so that the same tests hold on both.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
	const removeCluster = await offerCluster();
	const server = await startServer(project);
	const template = `tailrace_template_${randomBytes(6).toString('hex')}`;
	await makeTemplate(server.url, template);
	project.provide('databaseServer', server.url);
	project.provide('databaseTemplate', template);
	project.provide('databaseNodes', [server.url]);

	return async () => {
		await run(server.url, `DROP DATABASE ${template}`);
		await server.stop();
		await removeCluster();
	};
}

/** The kind of server that the project names: see vitest.config.ts. */
async function startServer(project: TestProject): Promise<{ url: string; stop(): Promise<void> }> {
	if (project.name === 'database-url') return startOther({ max_connections: '300' });
	const dataDir = await makeDataDir('tests');
	const server = await embedded.start(dataDir, { info() {}, warn: report, error: report });
	return {
		url: server.url,
		async stop() {
			await server.stop();
			await remove(dataDir);
		}
	};
}

function report(context: object, message: string): void {
	process.stderr.write(`${message} ${JSON.stringify(context)}\n`);
}

async function makeTemplate(server: string, name: string): Promise<void> {
	await run(server, `CREATE DATABASE ${name}`);
	const url = new URL(server);
	url.pathname = `/${name}`;
	await migrate(url.href, migrations);
	const sql = connect(url.href, { max: 1 });
	await partitions.prepare(sql);
	await sql.end();
}

async function run(server: string, statement: string): Promise<void> {
	const sql = connect(server, { max: 1 });
	await sql.unsafe(statement);
	await sql.end();
}
