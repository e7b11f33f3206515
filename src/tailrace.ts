import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { openDeploys } from './composition/deploys.ts';
import { openClock, openInstance } from './composition/instance.ts';
import { openLogs, prepareLogs } from './composition/logs.ts';
import { openPeople } from './composition/people.ts';
import { sources, type Programs } from './composition/programs.ts';
import { openSockets } from './composition/sockets.ts';
import { deliveriesOf, removalOf, sharedTasks, tasks, upkeepOf, waiting } from './composition/tasks.ts';
import * as revocation from './lib/server/access/revocation.ts';
import { bus, type Bus } from './lib/server/bus/bus.ts';
import { PostgresBridge } from './lib/server/bus/postgres.ts';
import type * as configuration from './lib/server/config.ts';
import { health } from './lib/server/health/health.ts';
import { Probe } from './lib/server/health/probe.ts';
import { UntrustedProxies } from './lib/server/http/untrusted-proxies.ts';
import * as retention from './lib/server/logs/retention.ts';
import { connections } from './lib/server/logs/writer.ts';
import { maintain, runNow } from './lib/server/maintenance.ts';
import { metrics } from './lib/server/metrics.ts';
import { isDistributed } from './lib/server/postgres/citus.ts';
import { connect } from './lib/server/postgres/connect.ts';
import * as dataFolder from './lib/server/postgres/data-folder.ts';
import { openDatabase, type Database } from './lib/server/postgres/database.ts';
import { Streams } from './lib/server/stream/streams.ts';

/** Everything a request can reach, created once at boot. */
export type Tailrace = Awaited<ReturnType<typeof compose>>;
type Pools = ReturnType<typeof openPools>;

/** The database, and the programs of the threads. */
type Started = Database & { programs: Programs };

/** More streams than this are answered 503, more than a quarter of them for one organization 429 (docs/API.md, Limits). */
const mostStreams = 10_000;
const untrusted =
	'a proxy that is not in TRUSTED_PROXIES forwards requests: everyone behind it counts as one network. If it is yours, add it';

/** Puts the parts together, here and nowhere else: configuration → database → stores → bus → tails. */
export async function compose(settings: configuration.Config, log: Logger, programs = sources()) {
	const config = await dataFolder.settle(settings);
	const database = await openDatabase(config, 'drizzle/postgres', log);
	const app = await composeOn({ ...database, programs }, config, log).catch(async (error: unknown) => {
		await database.stop(); // PostgreSQL would outlive this process
		throw error;
	});
	try {
		await app.take(); // last, because lines come at once
		return app;
	} catch (error) {
		await app.stop();
		throw error;
	}
}

async function composeOn(database: Started, config: configuration.Config, log: Logger) {
	const sql = openPools(database);
	await prepareLogs(sql.upkeep, log);
	const onCitus = await isDistributed(sql.upkeep);
	const clock = await openClock(sql.upkeep);

	const measured = metrics({
		queueBytes: () => kept.parts.writer.queuedBytes,
		streams: () => streams.size,
		outbox: () => waiting(people.parts, deployed),
		unsealed: () => kept.parts.sealer.waiting,
		sockets: () => taking.sockets
	});
	// In the next turn, because the other connections end in the same.
	const lost = () => setImmediate(() => watched.watch.doubt());
	const heard = { woken: measured.woken, lost, hasEcho: onCitus };
	const { bridge, wakes } = openBus(database.listenUrl, { log, ...heard });
	const people = openPeople(sql.pages, config, { log, wakes, measured });
	const { faults, leave, failed, close, ...watched } = watchOver(sql, bridge, config, log);
	const streams = openStreams(sql, wakes, failed);
	const kept = openLogs(sql, { log, clock, wakes, measured, failed, onCitus, ...watched }, database);
	const deployed = openDeploys(config, { sql: sql.deploys, wakes, log, measured }, kept.parts.writer);
	const taking = openSockets(config, { sql: sql.pages, log, clock, ...people.parts, ...kept.parts });
	const stopping = new AbortController();
	const leftovers = removalOf(deployed.parts.deploys, sql.upkeep, stopping.signal);
	const parts = {
		config,
		log,
		/** The pool that pages and the API give to the rooms they call. */
		sql: sql.pages,
		...people.parts,
		untrustedProxies: new UntrustedProxies((peer) => log.warn({ peer }, untrusted)),
		streams,
		...watched,
		metrics: measured,
		/** Begins at once with the remains of a deleted organization; the other instances do so within a minute. */
		removeLeftovers: () => runNow(leftovers, log),
		...kept.parts,
		...deployed.parts,
		sockets: taking.sockets
	};
	const deployTasks = upkeepOf(deployed, sql.upkeep);
	const rest = [...leftovers, ...deliveriesOf(people.parts, deployed), ...deployTasks.own];
	const endMaintenance = maintain([...tasks(parts, wakes), ...rest], log);
	const shared = [...sharedTasks(parts, sql.upkeep), ...deployTasks.shared];
	const instance = openInstance(sql.upkeep, { ...parts, clock }, shared);
	await Promise.race([bridge.opened, setTimeout(mostForListening, undefined, { ref: false })]);

	/** Closes what is open, in the order of dependence. */
	async function stop(): Promise<void> {
		await taking.close();
		endMaintenance();
		await instance.close();
		await close();
		stopping.abort();
		kept.parts.tails.close();
		await deployed.close();
		await kept.close();
		await people.close();
		await bridge.close();
		await Promise.all(Object.values(sql).map((open) => open.end({ timeout: 1 })));
		await database.stop();
	}

	return { ...parts, faults, leave, stop, serves: instance.serves, take: taking.open };
}

/** Requests wait so long for the first LISTEN, in ms: until then a server counts as cut off, and answers 503. */
const mostForListening = 10_000;

/** Wake-ups, from this server and, over the bridge, from all others. */
function openBus(
	url: string,
	{ woken, ...options }: { log: Logger; woken(): void; lost(): void; hasEcho: boolean }
) {
	const bridge = new PostgresBridge(url, {
		...options,
		wake(topic) {
			woken();
			wakes.wake(topic);
		}
	});
	const wakes = bus(bridge);
	wakes.subscribe('tailrace', () => {}); // so that the bridge always has something to listen to, for /readyz
	return { bridge, wakes };
}

/** Watches the database and the disk, which also holds the lines with the embedded PostgreSQL. */
function watchOver(sql: Pools, bridge: PostgresBridge, config: configuration.Config, log: Logger) {
	const { dataDir: folder, databaseUrl, deployStore } = config;
	const holds = { holdsLines: databaseUrl === null, holdsDeploys: deployStore === 'sqlite' };
	const clear = () => retention.dropDays(sql.upkeep);
	return health({ probe: sql.watch, bridge, folder, ...holds, log, clear });
}

function openStreams(sql: Pools, wakes: Bus, failed: (error: unknown) => void) {
	const findAllRevoked = (asked: Parameters<typeof revocation.findAllRevoked>[1]) =>
		revocation.findAllRevoked(sql.pages, asked);
	return new Streams(wakes, { most: mostStreams, findAllRevoked, expiryOf: revocation.expiryOf, failed });
}

/** Apart, so that a flood of one kind leaves room for the others. */
function openPools({ url, prepare }: Database) {
	const pool = (name: string, max: number, bounds?: { statementMs?: number; standstillMs?: number }) =>
		connect(url, { max, prepare, name: `tailrace ${name}`, ...bounds });
	return {
		pages: pool('pages', 10, { statementMs: 30_000 }),
		reads: pool('tail', 4, { statementMs: 10_000 }),
		upkeep: pool('upkeep', 4),
		writes: pool('writer', connections, { standstillMs: 5_000 }), // they hold heads
		deploys: pool('deploys', 4, { statementMs: 30_000, standstillMs: 5_000 }), // they hold logs
		watch: new Probe(() => pool('watch', 1))
	};
}
