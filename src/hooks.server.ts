import { building, dev } from '$app/environment';
import type { Handle, HandleServerError, ServerInit } from '@sveltejs/kit';
import pino, { type Logger } from 'pino';
import { accounts } from './lib/server/accounts/accounts.ts';
import * as configuration from './lib/server/config.ts';
import * as csrf from './lib/server/csrf.ts';
import { announcer } from './lib/server/deploys/announcer.ts';
import type { Deploy } from './lib/server/deploys/deploy.ts';
import { Deploys } from './lib/server/deploys/deploys.ts';
import { addressOf, topicOf as topicOfDeploy } from './lib/server/deploys/source.ts';
import { Broadcast } from './lib/server/listener/broadcast.ts';
import { listener, type Listener } from './lib/server/listener/listener.ts';
import { PostgresBridge } from './lib/server/listener/postgres.ts';
import * as safety from './lib/server/listener/safety-check.ts';
import { Streams } from './lib/server/listener/streams.ts';
import { Tails } from './lib/server/listener/tails.ts';
import * as idempotency from './lib/server/logs/idempotency.ts';
import { logSource, orgOf, topicOf } from './lib/server/logs/source.ts';
import { logOverview } from './lib/server/logs/overview.ts';
import * as retention from './lib/server/logs/retention.ts';
import { logSearch } from './lib/server/logs/search.ts';
import { logStore } from './lib/server/logs/store.ts';
import { inFlight, LogWriter } from './lib/server/logs/writer.ts';
import { maintain, type Task } from './lib/server/maintenance.ts';
import { metrics } from './lib/server/metrics.ts';
import { connect, isAway, type Sql } from './lib/server/postgres/connect.ts';
import { openDatabase, type Database } from './lib/server/postgres/database.ts';
import * as partitions from './lib/server/postgres/partitions.ts';
import { asProblem, problem } from './lib/server/problem.ts';
import * as readiness from './lib/server/readiness.ts';
import { secure } from './lib/server/security-headers.ts';
import * as sqliteDatabase from './lib/server/sqlite/connect.ts';

/**
 * Everything a request can reach, made once at boot and put together only here:
 * configuration → database → stores → listener → tails → request handlers → shutdown.
 */
export type Tailrace = Awaited<ReturnType<typeof compose>>;
type Parts = Pick<Tailrace, 'accounts' | 'logs' | 'tails' | 'streams' | 'metrics'>;

/** More streams than this are answered 503 (DESIGN section 8). */
const mostStreams = 10_000;
const hour = 3_600_000; // ms

let app: Tailrace;

/** `npm run dev` evaluates this module anew after a change: what the one before has open is closed first. */
const running = globalThis as { tailrace?: Tailrace };

/** Runs before the first request is taken. */
export const init: ServerInit = async () => {
	if (building) return;
	const config = readConfig();
	const log = pino({ level: config.logLevel, base: undefined, timestamp: pino.stdTimeFunctions.isoTime });
	await running.tailrace?.stop();
	try {
		app = running.tailrace = await compose(config, log);
	} catch (error) {
		log.fatal({ err: error }, error instanceof Error ? error.message : 'Tailrace could not start');
		process.exit(1);
	}
	stopWithTheServer(app);
};

async function compose(config: configuration.Config, log: Logger) {
	const database = await openDatabase(config, 'drizzle/postgres', log);
	const sql = openPools(database);
	await partitions.prepare(sql.pages);

	const measured = metrics({ queueBytes: () => writer.queuedBytes, streams: () => streams.size });
	const bridge = new PostgresBridge(database.listenUrl, {
		log,
		wake(topic) {
			measured.woken();
			wakes.wake(topic);
		}
	});
	const wakes = listener(bridge);
	wakes.subscribe('tailrace', () => {}); // so that the listener always has something to listen to, for /readyz

	const people = accounts(sql.pages, { config, subscribe: wakes.subscribe });
	const failed = (error: unknown) => log.error({ err: error }, 'a stream could not be read');
	const streams = new Streams(wakes, { most: mostStreams, findRevoked: people.access.findRevoked, failed });

	const logs = logStore(sql.reads);
	const writer = new LogWriter({ sql: sql.writes, store: logs, log, committed: measured.committed });
	const sourceOf = (topic: string) => logSource(logs, orgOf(topic), measured.read);
	const tails = new Tails(wakes, sourceOf, { sent: measured.sent, failed });

	const search = logSearch(logStore(sql.pages));
	const overview = logOverview(sql.pages);
	const path = openDeploys(config, log, writer);
	const parts = {
		config,
		log,
		accounts: people,
		logs,
		search,
		overview,
		writer,
		tails,
		streams,
		metrics: measured,
		...path.parts
	};
	const endMaintenance = maintain(tasks(parts, sql.pages, wakes), log);

	/** Closes what is open, in the order in which it depends on the rest. */
	async function stop(): Promise<void> {
		endMaintenance();
		tails.close();
		await path.close();
		await writer.idle();
		await bridge.close();
		await Promise.all(Object.values(sql).map((open) => open.end({ timeout: 1 })));
		await database.stop();
	}

	return { ...parts, faults: () => readiness.faults(sql.pages, bridge), stop };
}

/** Path B: deploys live in SQLite, and only this process moves them, so their wake-ups need no bridge. */
function openDeploys(config: configuration.Config, log: Logger, writer: LogWriter) {
	const sqlite = sqliteDatabase.open(config.dataDir, 'drizzle/sqlite');
	const wakes = listener();
	const deployChanges = new Broadcast<Deploy>();
	const failed = (error: unknown) => log.error({ err: error }, 'a deploy could not be kept');
	const announce = announcer(async (org, entry, idempotencyKey) => {
		const append = {
			org,
			entries: [entry],
			report: { accepted: 1, rejected: 0 },
			bytes: 1_000,
			idempotencyKey
		};
		const { kind } = await writer.append(append);
		return kind === 'stored' || kind === 'refused';
	}, failed);
	const deploys: Deploys = new Deploys({
		sqlite,
		flushMs: config.deployFlushMs,
		leaseMs: config.deployLeaseS * 1000,
		stdout: config.deployLogStdout ? process.stdout : null,
		onflushed: (addresses) => addresses.forEach((address) => wakes.wake(topicOfDeploy(address))),
		onchanged: (org, id) => setImmediate(changed, org, id), // after the constructor, which may call this
		onfailed: failed
	});

	function changed(org: string, id: string): void {
		const deploy = deploys.get(org, id);
		if (!deploy) return;
		deployChanges.send(org, deploy);
		wakes.wake(topicOfDeploy({ org, id }));
		announce(org, deploy);
	}

	const sourceOf = (topic: string) => {
		const { org, id } = addressOf(topic);
		return deploys.source(org, id);
	};
	const deployTails = new Tails(wakes, sourceOf, { sent() {}, failed });
	async function close(): Promise<void> {
		deployTails.close();
		await deploys.close();
		sqlite.close();
	}
	return { parts: { deploys, deployChanges, deployTails }, close };
}

function tasks(parts: Parts, sql: Sql, wakes: Listener): Task[] {
	const { accounts, logs, tails, streams, metrics } = parts;
	const headsOf = async (topics: string[]) => {
		const heads = await logs.heads(topics.map(orgOf));
		return new Map([...heads].map(([org, head]) => [topicOf(org), head]));
	};
	return [
		{ name: 'partitions', everyMs: hour, run: () => partitions.prepare(sql) },
		{ name: 'retention', everyMs: hour, run: () => retention.apply(sql) },
		{ name: 'idempotency keys', everyMs: hour, run: () => idempotency.forgetOld(sql) },
		{ name: 'expired sessions', everyMs: hour, run: accounts.forgetOld },
		{ name: 'lost access', everyMs: 15_000, run: () => streams.recheckAll() },
		{
			name: 'missed wake-ups',
			everyMs: 15_000,
			run: async () => metrics.missed(await safety.check(tails, headsOf, wakes.wake))
		}
	];
}

/** Apart, so that a flood of one kind leaves room for the others. */
function openPools({ url, prepare }: Database) {
	const pool = (name: string, max: number) => connect(url, { max, prepare, name: `tailrace ${name}` });
	return { pages: pool('pages', 10), reads: pool('tail', 4), writes: pool('writer', inFlight) };
}

function readConfig(): configuration.Config {
	const parsed = configuration.parse(process.env);
	if (parsed.ok) return parsed.config;
	process.stderr.write(
		`Tailrace cannot start: the environment has faults.\n  ${parsed.faults.join('\n  ')}\n`
	);
	process.exit(1);
}

/** At a signal the streams end first, because they would keep the server open; the rest closes after the last response. */
function stopWithTheServer({ streams, stop, log }: Tailrace): void {
	const signals = ['SIGTERM', 'SIGINT'];
	const close = () => {
		stop().then(
			() => process.exit(0),
			(error) => {
				log.error({ err: error }, 'the server did not stop cleanly');
				process.exit(1);
			}
		);
	};
	for (const signal of signals) process.once(signal, () => streams.stop());
	// Sent by scripts/start.mjs; vite, which serves in dev, has no such event.
	for (const last of dev ? signals : ['sveltekit:shutdown']) process.once(last, close);
}

export const handle: Handle = async ({ event, resolve }) => {
	if (csrf.isForged(event.request, event.url.origin)) {
		return secure(problem(403, 'This request came from another site. Open Tailrace itself and try again.'));
	}
	event.locals.app = app;
	try {
		const session = await app.accounts.sessions.ofRequest(event.cookies, event.url.protocol === 'https:');
		event.locals.user = session?.user ?? null;
		event.locals.sessionId = session?.session.id ?? null;
	} catch (error) {
		if (!isAway(error)) throw error;
		app.log.warn({ err: error, path: event.url.pathname }, 'the database is away');
		return secure(problem(503, 'The database is away. Try again shortly.'));
	}
	const response = await resolve(event);
	return secure(event.url.pathname.startsWith('/api/') ? asProblem(response) : response);
};

/** A fault of ours: logged with its stack, answered without it. */
export const handleError: HandleServerError = ({ error, event, status }) => {
	if (status === 404) return { message: 'There is nothing here.' };
	if (status < 500) return { message: 'This request cannot be read.' };
	app.log.error({ err: error, method: event.request.method, path: event.url.pathname }, 'a request failed');
	return { message: 'Something went wrong on the server. Its log says what.' };
};
