import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFailed, onTestFinished } from 'vitest';
import { connect, type Sql } from '../../../src/lib/server/postgres/connect.ts';
import * as embedded from '../../../src/lib/server/postgres/embedded.ts';
import { makeDataDir } from './cluster.ts';
import { startServer, type Server } from './server.ts';

/** Servers on one PostgreSQL that a test can break. */
export interface Scene {
	/** Those that run now; one that was killed is replaced in its place. */
	readonly servers: Server[];
	readonly sql: Sql;
	/** Ends every connection that LISTENs. */
	cutListeners(): Promise<void>;
	/** Kills PostgreSQL's main process; who keeps it starts it again. */
	killPostgres(): Promise<void>;
	/** Kills the first server and starts it again, at the same address and on the same data. */
	killServer(): Promise<void>;
}

/** A server with its embedded PostgreSQL. */
export async function oneServer(env: Record<string, string> = {}): Promise<Scene> {
	const dataDir = await makeFolder();
	const server = await startServer({ dataDir, env });
	const url = await embedded.connectUrl(dataDir);
	if (url === null) throw new Error('the server has no PostgreSQL');
	return scene(dataDir, url, [server], (port) =>
		startServer({ dataDir, env: { ...env, PORT: String(port) } })
	);
}

/** Two servers on a PostgreSQL that belongs to neither. */
export async function twoServers(env: Record<string, string> = {}): Promise<Scene> {
	const folder = await makeFolder();
	const { url, stop } = await embedded.start(folder, { info() {}, warn() {}, error() {} });
	onTestFinished(stop);
	const start = (port: number) => startServer({ env: { ...env, DATABASE_URL: url, PORT: String(port) } });
	return scene(folder, url, [await start(0), await start(0)], start);
}

function scene(
	folder: string,
	url: string,
	servers: Server[],
	start: (port: number) => Promise<Server>
): Scene {
	const sql = connect(url, { max: 1, name: 'tailrace test' });
	onTestFinished(async () => {
		await sql.end({ timeout: 1 });
		await Promise.all(servers.map((server) => server.stop()));
	});
	onTestFailed(() => servers.forEach((server) => process.stderr.write(server.output())));

	async function cutListeners(): Promise<void> {
		const cut = await sql`
			SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tailrace listener'`;
		expect(cut).toHaveLength(servers.length);
	}

	async function killPostgres(): Promise<void> {
		process.kill(
			Number.parseInt(readFileSync(join(folder, 'postgres/postmaster.pid'), 'utf8'), 10),
			'SIGKILL'
		);
	}

	async function killServer(): Promise<void> {
		const [first] = servers as [Server];
		await first.kill('SIGKILL');
		servers[0] = await start(first.port);
	}

	return { servers, sql, cutListeners, killPostgres, killServer };
}

async function makeFolder(): Promise<string> {
	const folder = await makeDataDir('faults');
	onTestFinished(() => rm(folder, { recursive: true }));
	return folder;
}
