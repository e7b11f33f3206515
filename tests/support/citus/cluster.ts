import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../../src/lib/server/postgres/connect.ts';
import * as users from '../../../src/lib/server/postgres/embedded-user.ts';
import { freePort } from '../server/other-postgres.ts';

// A Citus cluster on this machine. By hand: node tests/support/citus/cluster.ts, which keeps one until it is ended and says its CITUS_URL.

const programs = '/usr/lib/postgresql/15/bin';
const user = 'postgres';
const host = '127.0.0.1';

const extension = '/usr/share/postgresql/15/extension/citus.control';

/** One PostgreSQL of a cluster. */
export interface Node {
	readonly port: number;
	/** Kills all its processes, as if the machine were gone, or the main one, whose end the others notice. */
	kill(what?: 'all' | 'main'): Promise<void>;
	/** Starts it again after that. */
	start(): Promise<void>;
}

export interface Standby extends Node {
	/** Resolves once it takes writes of its own. */
	promote(): Promise<void>;
}

export interface Cluster {
	/** The coordinator's. */
	url: string;
	coordinator: Node;
	workers: Node[];
	/** One more worker, which no database knows yet. */
	addWorker(): Promise<Node>;
	/** A copy of a node that follows it, and without which it acknowledges nothing from now on. */
	addStandby(of: Node): Promise<Standby>;
	stop(): Promise<void>;
}

/** A coordinator and two workers, which every database made by `makeDatabase` knows. */
export async function startCluster(): Promise<Cluster> {
	if (!existsSync(extension))
		throw new Error("The system's PostgreSQL 15 has no Citus: CONTRIBUTING.md says how to build it.");
	const folder = await mkdtemp(join(tmpdir(), 'tailrace-citus-'));
	const owner = await users.choose(join(folder, 'none'));
	if (owner) await chown(folder, owner.uid, owner.gid);
	await chmod(folder, 0o755);
	const nodes: Node[] = [];

	async function add(): Promise<Node> {
		const data = join(folder, `node-${nodes.length}`);
		const port = await freePort();
		initialize(data, port, owner);
		const node = nodeAt(data, port, owner);
		await node.start();
		await letDecode(`postgres://${user}@${host}:${port}/${user}`);
		nodes.push(node);
		return node;
	}

	async function addStandby(of: Node): Promise<Standby> {
		const data = join(folder, `node-${nodes.length}`);
		const port = await freePort();
		const [own, its] = [port, of.port].map((each) => `postgres://${user}@${host}:${each}/${user}`) as [
			string,
			string
		];
		run('pg_basebackup', ['-D', data, '-R', '-X', 'stream', '-c', 'fast', '-d', its], owner);
		appendFileSync(join(data, 'postgresql.conf'), `port = ${port}\n`);
		const node = nodeAt(data, port, owner);
		await node.start();
		nodes.push(node);
		await on(its, `ALTER SYSTEM SET synchronous_standby_names = '*'`);
		await on(its, 'SELECT pg_reload_conf()');
		return { ...node, promote: () => on(own, 'SELECT pg_promote()') };
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
		addStandby,
		async stop() {
			await Promise.all(nodes.map((node) => node.kill()));
			await rm(folder, { recursive: true });
		}
	};
}

function initialize(data: string, port: number, owner: users.User | null): void {
	const words = ['-D', data, '-A', 'trust', '-U', user, '-E', 'UTF8', '--locale=C'];
	run('initdb', words, owner);
	appendFileSync(join(data, 'postgresql.conf'), settings(port));
}

function run(program: string, words: readonly string[], owner: users.User | null): void {
	const ended = spawnSync(join(programs, program), words, { ...users.runAs(owner), stdio: 'pipe' });
	if (ended.status !== 0) throw new Error(`${program} failed: ${String(ended.stderr)}`);
}

function nodeAt(data: string, port: number, owner: users.User | null): Node {
	let running: ChildProcess | null = null;

	/** Something of one that was killed may still hold its memory: it then ends at once. */
	async function start(): Promise<void> {
		for (let tries = 1; ; tries++) {
			const said = await attempt();
			if (said === null) return;
			if (tries === 20) throw new Error(`postgres ended: ${said}`);
		}
	}

	/** Null once it is ready; what it said if it ended. */
	function attempt(): Promise<string | null> {
		const child = spawn(join(programs, 'postgres'), ['-D', data], { ...users.runAs(owner), stdio: 'pipe' });
		running = child;
		let said = '';
		return new Promise((resolve) => {
			child.once('exit', () => resolve(said));
			child.stderr.setEncoding('utf8').on('data', (text: string) => {
				said += text;
				if (/ready to accept (read-only )?connections/.test(said)) resolve(null);
			});
		});
	}

	async function kill(what: 'all' | 'main' = 'all'): Promise<void> {
		const child = running;
		running = null;
		if (child?.pid === undefined || child.exitCode !== null) return;
		const exited = once(child, 'exit');
		const others = what === 'all' ? childrenOf(child.pid) : [];
		for (const pid of [child.pid, ...others]) process.kill(pid, 'SIGKILL');
		await exited;
	}

	return { port, start, kill };
}

const childrenOf = (pid: number) =>
	readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);

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

/** Lets Citus' own library decode the log, where a newer PostgreSQL asks for that. */
async function letDecode(url: string): Promise<void> {
	const sql = connect(url, { max: 1 });
	const known = await sql`SELECT 1 FROM pg_settings WHERE name = 'output_plugin_libraries'`;
	if (known.length > 0) await sql`ALTER SYSTEM SET output_plugin_libraries = pgoutput, citus`;
	await sql`SELECT pg_reload_conf()`;
	await sql.end();
}

/** Tells the coordinator's own database of the workers, from which `nodesOf` knows them. */
async function prepare(url: string, workers: readonly Node[]): Promise<void> {
	for (const { port } of workers) await on(at(url, port), 'CREATE EXTENSION citus');
	await on(url, 'CREATE EXTENSION citus');
	await introduce(
		url,
		workers.map(({ port }) => port)
	);
}

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
	await introduce(
		url,
		workers.map((worker) => Number(new URL(worker).port))
	);
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
	// A copied database is written to the log page by page: compressing them takes four times the CPU time (35 → 128 ms).
	await sql`SET wal_compression = off`;
	await sql.unsafe(statement);
	await sql.end();
}

if (process.argv[1] === import.meta.filename) {
	const cluster = await startCluster();
	process.stdout.write(`CITUS_URL=${cluster.url}\n`);
	await new Promise((resolve) => ['SIGINT', 'SIGTERM'].forEach((signal) => process.once(signal, resolve)));
	await cluster.stop();
}
