import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import about from '../../package.json' with { type: 'json' };
import { Clock } from '../lib/server/clock.ts';
import type { Config } from '../lib/server/config.ts';
import { Reporter } from '../lib/server/instances/reporter.ts';
import { Upkeep } from '../lib/server/instances/upkeep.ts';
import type { Task } from '../lib/server/maintenance.ts';
import type { Metrics } from '../lib/server/metrics.ts';
import type { Sql } from '../lib/server/postgres/connect.ts';
import { now } from '../lib/server/postgres/now.ts';

/** What this server is asked about itself. */
interface Parts {
	config: Pick<Config, 'host'>;
	log: Logger;
	clock: Clock;
	metrics: Pick<Metrics, 'linesIn'>;
	streams: { size: number };
	tails: { behindMs: number };
}

/** This server among those on the same PostgreSQL; `tasks` are what one of them at a time does for all. */
export function openInstance(sql: Sql, parts: Parts, tasks: readonly Task[]) {
	const { config, log, clock, metrics, streams, tails } = parts;
	const id = randomUUID();
	const measure = () => ({ streams: streams.size, lines: metrics.linesIn(), behindMs: tails.behindMs });
	const reporter = new Reporter({ sql, id, version: about.version, clock, log, measure });
	const upkeep = new Upkeep({ sql, holder: id, tasks, log });
	upkeep.start();

	/** Leaves what it has to the others. */
	async function close(): Promise<void> {
		await Promise.all([upkeep.stop(), reporter.stop()]);
	}

	/** Tells administrators that it serves, on this port. */
	const serves = (port: number) => reporter.begin(placeOf(config, port));
	return { serves, close };
}

/** A clock that has been compared with PostgreSQL's, for whatever is stamped by it. */
export async function openClock(sql: Sql): Promise<Clock> {
	const clock = new Clock();
	const askedAt = performance.now();
	clock.learn(await now(sql), askedAt);
	return clock;
}

/** Addresses that say nothing about which machine it is. */
const nowhere = new Set(['0.0.0.0', '::', '127.0.0.1', '::1', 'localhost']);

/** Where administrators find a server: the configured host, or the name of its machine, and its port. */
function placeOf({ host }: Pick<Config, 'host'>, port: number): string {
	const name = nowhere.has(host) ? hostname() : host;
	return `${name.includes(':') ? `[${name}]` : name}:${port}`;
}
