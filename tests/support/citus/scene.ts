import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { onTestFailed, onTestFinished } from 'vitest';
import { connect, type Sql } from '../../../src/lib/server/postgres/connect.ts';
import { start } from '../cli/command.ts';
import { Sender } from '../logs/sender.ts';
import { Viewer } from '../logs/viewer.ts';
import { bearer, expectWhole, headOf } from '../server/calls.ts';
import { root, startServer, type Account, type Server } from '../server/server.ts';
import {
	addDatabase,
	makeDatabase,
	nodesOf,
	startCluster,
	at,
	type Cluster,
	type Node,
	type Standby
} from './cluster.ts';

/** An organization whose lines flow: half of what is not acknowledged is given up, half is sent until it is. */
export interface Flow extends Account {
	senders: Sender[];
	viewers: Viewer[];
}

/** Within this many ms of its acknowledgement a line is with every viewer: the safety check (15 s) does not count. */
const promptly = 5_000;

/** Two servers on a distributed database of a cluster that a test can break. */
export class CitusScene {
	readonly cluster: Cluster;
	readonly url: string;
	readonly servers: Server[];
	readonly sql: Sql;

	private constructor(cluster: Cluster, url: string, servers: Server[], sql: Sql) {
		[this.cluster, this.url, this.servers, this.sql] = [cluster, url, servers, sql];
	}

	static async open(): Promise<CitusScene> {
		const { cluster, url } = await openDatabase();
		const done = await distribute(url, '--shards', '8');
		if (done.status !== 0) throw new Error(done.stderr + done.stdout);
		const sql = connect(url, { max: 2, name: 'tailrace test' });
		const servers = await Promise.all([1, 2].map(() => startServer({ env: { DATABASE_URL: url } })));
		onTestFinished(async () => {
			await sql.end({ timeout: 1 });
			await Promise.all(servers.map((server) => server.stop()));
		});
		onTestFailed(() => servers.forEach((server) => process.stderr.write(server.output())));
		return new CitusScene(cluster, url, servers, sql);
	}

	/** An organization on each worker, in the order of the workers. */
	async accounts(): Promise<Account[]> {
		const found = new Map<number, Account>();
		for (let n = 0; found.size < this.cluster.workers.length; n++) {
			const account = await (this.servers[0] as Server).bootstrap(`org-${n}`, `a${n}@example.test`);
			const port = await this.portOf(account.org.id);
			if (!found.has(port)) found.set(port, account);
		}
		return this.cluster.workers.map(({ port }) => found.get(port) as Account);
	}

	/** The port of the worker that has an organization. */
	async portOf(org: string): Promise<number> {
		const [place] = await this.sql<{ port: number }[]>`
			SELECT nodeport::int AS port FROM citus_shards
			WHERE table_name = 'log_heads'::regclass
				AND shardid = get_shard_id_for_distribution_column('log_heads', ${org}::uuid)`;
		return place?.port ?? 0;
	}

	/** Lets lines of an organization flow through both servers, to a viewer of each and to one that changes. */
	flow(account: Account): Flow {
		const headers = bearer(account.key);
		const senders = (['never', 'same key'] as const).map(
			(again, index) =>
				new Sender({ origin: this.#originOf(index), headers, name: `${again}:`, perSecond: 50, again })
		);
		let turn = 0;
		const origins = [this.#originOf(0), this.#originOf(1), () => this.#originOf(turn++ % 2)()];
		const viewers = origins.map((origin) => new Viewer({ origin, headers }));
		const hopping = setInterval(() => viewers[2]?.open && viewers[2].hop(), 300);
		onTestFinished(() => {
			clearInterval(hopping);
			viewers.forEach((viewer) => viewer.close());
		});
		return { ...account, senders, viewers };
	}

	#originOf(index: number): () => string {
		return () => (this.servers[index] as Server).url;
	}

	/** Ends a flow: every viewer has every line once, in order, and each promised one in its place. Gives how many there are. */
	async expectWhole({ senders, viewers, key }: Flow): Promise<number> {
		await Promise.all(senders.map((sender) => sender.stop()));
		const head = await headOf((this.servers[0] as Server).url, key);
		for (const viewer of viewers) expectWhole(await viewer.reaches(head), senders, head);
		return head;
	}

	/**
	 * Gives an organization shards of its own, on one worker. Its writes wait: without `block_writes` Citus 13.2.2 does not get on while
	 * rows are updated ("publisher did not send replica identity column").
	 */
	async isolate(org: string, port: number): Promise<void> {
		const { sql } = this;
		await sql`SELECT isolate_tenant_to_new_shard('log_heads', ${org}::text::uuid, 'CASCADE', 'block_writes')`;
		const from = await this.portOf(org);
		if (from === port) return;
		await sql`
			SELECT citus_move_shard_placement(get_shard_id_for_distribution_column('log_heads', ${org}::uuid),
				'127.0.0.1', ${from}, '127.0.0.1', ${port})`;
	}

	/** Puts the standby of a worker that is gone in its place. */
	async replace(worker: Node, standby: Standby): Promise<void> {
		await standby.promote();
		await this.sql`
			SELECT citus_update_node(nodeid, '127.0.0.1', ${standby.port}) FROM pg_dist_node WHERE nodeport = ${worker.port}`;
	}

	/** One more worker, which the database knows and which holds nothing yet. */
	async addWorker(): Promise<Node> {
		const node = await this.cluster.addWorker();
		await addDatabase(at(this.cluster.url, node.port), new URL(this.url).pathname.slice(1));
		await this.sql`SELECT citus_add_node('127.0.0.1', ${node.port})`;
		return node;
	}
}

/** A database on a cluster, with nothing in it. */
export async function openDatabase(): Promise<{ cluster: Cluster; url: string }> {
	const cluster = await startCluster();
	onTestFinished(() => cluster.stop());
	const name = `tailrace_${randomBytes(6).toString('hex')}`;
	return { cluster, url: await makeDatabase(await nodesOf(cluster.url), name) };
}

/** Resolves when so many lines sent from now on are acknowledged and with every viewer. */
export async function flows({ senders, viewers }: Flow, lines: number): Promise<void> {
	const seqs = await Promise.all(senders.map((sender) => sender.acknowledges(lines)));
	await Promise.all(viewers.map((viewer) => viewer.reaches(Math.max(...seqs), promptly)));
}

/** `tailrace distribute` on a database. */
export const distribute = (url: string, ...words: string[]) => tailrace(url, 'distribute', ...words);

/** A command of the operator's on a database. */
export async function tailrace(url: string, ...words: string[]) {
	const env = { DATABASE_URL: url, DATA_DIR: join(root, 'none') };
	const command = ['src/cli/main.ts', ...words];
	const { status, stdout, stderr } = await start(process.execPath, command, { cwd: root, env }).ended;
	return { status, stdout: String(stdout), stderr: String(stderr) };
}
