import { connect, isTimedOut, type Sql } from './connect.ts';

/** How long it counts where an organization was found, and that its worker cannot be read, in ms. */
const rememberedMs = 60_000;

export interface WorkersOptions {
	/** The coordinator, or the one PostgreSQL that there is. */
	sql: Sql;
	/** Opens the same database on another node. */
	open(host: string, port: number): Sql;
	/** Told when a worker cannot be read, for each organization once a minute at most. */
	failed(error: unknown, worker: { host: string; port: number }): void;
}

interface Place {
	sql: Sql;
	worker: { host: string; port: number } | null;
	/** Date.now() until which it counts. */
	until: number;
}

/**
 * On Citus, reads of one organization from the worker that has it: the coordinator would pass every byte on (decision 0124). Any worker answers for
 * any organization, so after a move reads are slower for a minute, and right. Where a worker cannot be read, the coordinator is.
 */
export class Workers {
	readonly #options: WorkersOptions;
	readonly #places = new Map<string, Place>();
	readonly #nodes = new Map<string, Sql>();

	constructor(options: WorkersOptions) {
		this.#options = options;
	}

	/** Does what only reads, for one organization; once more on the coordinator if a worker fails. */
	async read<Result>(org: string, work: (sql: Sql) => Promise<Result>): Promise<Result> {
		const { sql, worker } = await this.#placeOf(org);
		try {
			return await work(sql);
		} catch (error) {
			if (!worker || isTimedOut(error)) throw error;
			this.#options.failed(error, worker);
			this.#remember(org, null);
			return work(this.#options.sql);
		}
	}

	async #placeOf(org: string): Promise<Place> {
		const known = this.#places.get(org);
		if (known && known.until > Date.now()) return known;
		return this.#remember(org, await find(this.#options.sql, org));
	}

	#remember(org: string, worker: Place['worker']): Place {
		for (const [known, { until }] of this.#places) if (until <= Date.now()) this.#places.delete(known);
		const sql = worker ? this.#nodeAt(worker) : this.#options.sql;
		const place = { sql, worker, until: Date.now() + rememberedMs };
		this.#places.set(org, place);
		return place;
	}

	#nodeAt({ host, port }: { host: string; port: number }): Sql {
		const name = `${host}:${port}`;
		const sql = this.#nodes.get(name) ?? this.#options.open(host, port);
		this.#nodes.set(name, sql);
		return sql;
	}
}

/** The worker that has an organization's lines and knows all tables; null if that is the coordinator itself. */
async function find(sql: Sql, org: string): Promise<Place['worker']> {
	const [worker = null] = await sql<{ host: string; port: number }[]>`
		SELECT nodename AS host, nodeport::int AS port
		FROM pg_dist_placement JOIN pg_dist_node USING (groupid)
		WHERE shardid = get_shard_id_for_distribution_column('log_chunks', ${org}::uuid)
			AND groupid <> 0 AND noderole = 'primary' AND metadatasynced`;
	return worker;
}

/** The same database on another node, as `open` takes it. */
export function sameDatabase(
	url: string,
	options: Parameters<typeof connect>[1]
): (host: string, port: number) => Sql {
	return (host, port) => {
		const there = new URL(url);
		there.hostname = host.includes(':') ? `[${host}]` : host;
		there.port = String(port);
		return connect(there.href, options);
	};
}
