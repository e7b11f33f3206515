import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../../src/lib/server/postgres/connect.ts';
import * as users from '../../../src/lib/server/postgres/embedded-user.ts';
import { freePort } from './other-postgres.ts';

// A Citus cluster on this machine. By hand: node tests/support/server/citus.ts, which keeps one until it is ended and says its CITUS_URL.

const programs = '/usr/lib/postgresql/15/bin';
const user = 'postgres';
const host = '127.0.0.1';

/** Whether the system's PostgreSQL 15 has Citus (CONTRIBUTING.md says how to build it). */
export const isCitusHere = existsSync('/usr/share/postgresql/15/extension/citus.control');

/** One PostgreSQL of a cluster. */
export interface Node {
	readonly port: number;
	/** Ends it as a crash does, with all its connections. */
	kill(): void;
	/** Starts it again after that. */
	start(): void;
}

export interface Cluster {
	/** The coordinator's. */
	url: string;
	coordinator: Node;
	workers: Node[];
	/** One more worker, which the databases do not know yet. */
	addWorker(): Promise<Node>;
	stop(): Promise<void>;
}

/** A coordinator and two workers, which every database made by `makeDatabase` knows. */
export async function startCluster(): Promise<Cluster> {
	const folder = await mkdtemp(join(tmpdir(), 'tailrace-citus-'));
	const owner = await users.choose(join(folder, 'none'));
	if (owner) await chown(folder, owner.uid, owner.gid);
	await chmod(folder, 0o755);
	const nodes: { node: Node; end(): void }[] = [];

	function run(program: string, args: string[]): void {
		const result = spawnSync(join(programs, program), args, {
			...users.runAs(owner),
			stdio: ['ignore', 'ignore', 'pipe']
		});
		if (result.status !== 0)
			throw new Error(`${program} failed: ${result.error?.message ?? String(result.stderr)}`);
	}

	async function add(): Promise<Node> {
		const data = join(folder, `node-${nodes.length}`);
		await mkdir(data);
		if (owner) await chown(data, owner.uid, owner.gid);
		const port = await freePort();
		run('initdb', ['-D', data, '-A', 'trust', '-U', user, '-E', 'UTF8', '--locale=C']);
		appendFileSync(join(data, 'postgresql.conf'), settings(port));
		const start = () => run('pg_ctl', ['-D', data, '-l', `${data}.log`, '-w', 'start']);
		const kill = () => process.kill(-groupOf(data), 'SIGKILL');
		const end = () => run('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop']);
		start();
		const node = { port, kill, start };
		nodes.push({ node, end });
		return node;
	}

	const coordinator = await add();
	const workers = [await add(), await add()];
	const url = `postgres://${user}@${host}:${coordinator.port}/${user}`;
	await prepare(url, workers);
	return {
		url,
		coordinator,
		workers,
		addWorker: add,
		async stop() {
			for (const { end } of nodes) end();
			await rm(folder, { recursive: true });
		}
	};
}

/** Tells the coordinator's own database of the workers, from which `nodesOf` knows them. */
async function prepare(url: string, workers: readonly Node[]): Promise<void> {
	for (const { port } of workers) await on(at(url, port), 'CREATE EXTENSION citus');
	await on(url, 'CREATE EXTENSION citus');
	await introduce(url, workers.map(({ port }) => port));
}

/** The postmaster leads a process group, in which every backend is too. */
function groupOf(data: string): number {
	return Number.parseInt(readFileSync(join(data, 'postmaster.pid'), 'utf8'), 10);
}

const settings = (port: number) => `
listen_addresses = '${host}'
port = ${port}
unix_socket_directories = ''
shared_preload_libraries = 'citus'
citus.node_conninfo = 'sslmode=disable'
wal_level = logical
max_connections = 300
max_prepared_transactions = 300
`;

/** The addresses of all nodes of the cluster, the coordinator first. */
export async function nodesOf(coordinator: string): Promise<string[]> {
	const sql = connect(coordinator, { max: 1 });
	const workers = await sql<{ port: number }[]>`
		SELECT node_port::int AS port FROM citus_get_active_worker_nodes() ORDER BY port`;
	await sql.end();
	return [coordinator, ...workers.map(({ port }) => at(coordinator, port))];
}

/** Makes a database on every node, and the coordinator's know the workers. Its tables are not distributed yet. */
export async function makeDatabase(nodes: readonly string[], name: string): Promise<string> {
	for (const node of nodes) await addDatabase(node, name);
	const [url, ...workers] = nodes.map((node) => named(node, name));
	if (url === undefined) throw new Error('there is no coordinator');
	await introduce(url, workers.map((worker) => Number(new URL(worker).port)));
	return url;
}

/** A database with the extension on one node. */
export async function addDatabase(node: string, name: string): Promise<void> {
	await on(node, `CREATE DATABASE ${name}`);
	await on(named(node, name), 'CREATE EXTENSION citus');
}

async function introduce(coordinator: string, workers: readonly number[]): Promise<void> {
	const sql = connect(coordinator, { max: 1 });
	await sql`SELECT citus_set_coordinator_host(${host}, ${Number(new URL(coordinator).port)})`;
	for (const port of workers) await sql`SELECT citus_add_node(${host}, ${port})`;
	await sql.end();
}

/** The same database on another node. */
export function at(url: string, port: number): string {
	return Object.assign(new URL(url), { port: String(port) }).href;
}

/** Another database on the same node. */
export function named(url: string, name: string): string {
	return Object.assign(new URL(url), { pathname: `/${name}` }).href;
}

export async function on(url: string, statement: string): Promise<void> {
	const sql = connect(url, { max: 1 });
	await sql.unsafe(statement);
	await sql.end();
}

if (process.argv[1] === import.meta.filename) {
	const cluster = await startCluster();
	process.stdout.write(`CITUS_URL=${cluster.url}\n`);
	await new Promise((resolve) => ['SIGINT', 'SIGTERM'].forEach((signal) => process.once(signal, resolve)));
	await cluster.stop();
}
