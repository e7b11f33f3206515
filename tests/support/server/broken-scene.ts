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
	/** Of the PostgreSQL. */
	readonly url: string;
	readonly sql: Sql;
	/** Ends every connection that LISTENs. */
	cutListeners(): Promise<void>;
	/** Kills PostgreSQL's main process; who keeps it starts it again. */
	killPostgres(): Promise<void>;
	/** Kills the first server and starts it again, at the same address and on the same data. */
	killServer(): Promise<void>;
	/** Ends a server as an operator does (SIGTERM) or as a crash does (SIGKILL), and starts it again in the same way. */
	restart(index: number, signal: NodeJS.Signals): Promise<void>;
}

/** The address of each server in turn: whoever asks goes to the next one at each request or connection. */
export function inTurn(servers: readonly Server[]): () => string {
	let turn = 0;
	return () => (servers[turn++ % servers.length] as Server).url;
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
export const twoServers = (env: Record<string, string> = {}): Promise<Scene> =>
	serversAt([0, 0], async () => env);

/** The same with three. */
export const threeServers = (env: Record<string, string> = {}): Promise<Scene> =>
	serversAt([0, 0, 0], async () => env);

/** Servers on a PostgreSQL that belongs to none of them, at these ports (0: any), with what the environment says for its URL. */
export async function serversAt(
	ports: readonly number[],
	env: (url: string) => Promise<Record<string, string>> = () => Promise.resolve({})
): Promise<Scene> {
	const folder = await makeFolder();
	const { url, stop } = await embedded.start(folder, { info() {}, warn() {}, error() {} });
	onTestFinished(stop);
	const all = { DATABASE_URL: url, ...(await env(url)) };
	const start = (port: number) => startServer({ env: { ...all, PORT: String(port) } });
	const started = await Promise.allSettled(ports.map(start));
	const made = scene(
		folder,
		url,
		started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
		start
	);
	for (const one of started) if (one.status === 'rejected') throw one.reason; // the others end with the test
	return made;
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

	async function restart(index: number, signal: NodeJS.Signals): Promise<void> {
		const ended = servers[index] as Server;
		await ended.kill(signal);
		await ended.stop(); // removes its folder
		servers[index] = await start(ended.port);
	}

	const killServer = () => restart(0, 'SIGKILL');

	return { servers, url, sql, cutListeners, killPostgres, killServer, restart };
}

async function makeFolder(): Promise<string> {
	const folder = await makeDataDir('faults');
	onTestFinished(() => rm(folder, { recursive: true }));
	return folder;
}
