import type { Logger } from 'pino';
import { KeyCache } from './lib/server/access/key-cache.ts';
import { KeyGuard } from './lib/server/access/key-guard.ts';
import { KeyUse } from './lib/server/access/key-use.ts';
import * as keys from './lib/server/access/keys.ts';
import * as revocation from './lib/server/access/revocation.ts';
import * as audit from './lib/server/audit/audit.ts';
import { Search } from './lib/server/audit/search.ts';
import * as rateLimits from './lib/server/limits/rate-limits.ts';
import { mailer } from './lib/server/mail/mail.ts';
import { postOffice } from './lib/server/mail/post.ts';
import * as emailTokens from './lib/server/mail/tokens.ts';
import * as deletion from './lib/server/organizations/deletion.ts';
import * as deployRetention from './lib/server/organizations/deploy-retention.ts';
import * as invitations from './lib/server/organizations/invitations.ts';
import * as outbox from './lib/server/outbox/postgres.ts';
import { passwords } from './lib/server/people/passwords.ts';
import * as sessions from './lib/server/people/sessions.ts';
import type * as configuration from './lib/server/config.ts';
import { Announcements, type AppendOnce } from './lib/server/deploys/announcement.ts';
import type { Deploy } from './lib/server/deploys/deploy.ts';
import { Deploys } from './lib/server/deploys/deploys.ts';
import { addressOf, topicOf as topicOfDeploy } from './lib/server/deploys/source.ts';
import { Broadcast } from './lib/server/bus/broadcast.ts';
import { listener, type Listener } from './lib/server/bus/bus.ts';
import { PostgresBridge } from './lib/server/bus/postgres.ts';
import * as safety from './lib/server/tail/safety-check.ts';
import { Streams } from './lib/server/stream/streams.ts';
import { Tails } from './lib/server/tail/tails.ts';
import * as idempotency from './lib/server/logs/idempotency.ts';
import { logSource, orgOf, topicOf } from './lib/server/logs/source.ts';
import { logOverview } from './lib/server/logs/overview.ts';
import * as purge from './lib/server/logs/purge.ts';
import * as retention from './lib/server/logs/retention.ts';
import { logSearch } from './lib/server/logs/search.ts';
import { logStore } from './lib/server/logs/store.ts';
import { usageOf } from './lib/server/logs/usage.ts';
import { inFlight, LogWriter } from './lib/server/logs/writer.ts';
import { forEach, maintain, runNow, type Task } from './lib/server/maintenance.ts';
import { metrics, type Metrics } from './lib/server/metrics.ts';
import { Undeliverable } from './lib/server/outbox/delivery.ts';
import { watchOf } from './lib/server/outbox/watch.ts';
import { connect, type Sql } from './lib/server/postgres/connect.ts';
import { openDatabase, type Database } from './lib/server/postgres/database.ts';
import * as dataFolder from './lib/server/postgres/data-folder.ts';
import * as partitions from './lib/server/postgres/partitions.ts';
import type { Disk } from './lib/server/health/disk.ts';
import { health } from './lib/server/health/health.ts';
import { Probe } from './lib/server/health/probe.ts';
import * as sqliteDatabase from './lib/server/sqlite/connect.ts';
import { UntrustedProxies } from './lib/server/http/untrusted-proxies.ts';

/** Everything a request can reach, created once at boot. */
export type Tailrace = Awaited<ReturnType<typeof compose>>;
type Pools = ReturnType<typeof openPools>;
type Deployed = ReturnType<typeof openDeploys>;
type People = ReturnType<typeof openPeople>['parts'];
type Parts = Pick<Tailrace, 'logs' | 'tails' | 'streams' | 'metrics' | 'disk'>;

interface Surroundings {
	log: Logger;
	wakes: Listener;
	measured: Metrics;
	failed(error: unknown): void;
	disk: Disk;
}

/** More streams than this are answered 503, more than a quarter of them for one organization 429 (docs/API.md, Limits). */
const mostStreams = 10_000;
const untrusted =
	'a proxy that is not in TRUSTED_PROXIES forwards requests: everyone behind it counts as one network. If it is yours, add it';
const hour = 3_600_000; // ms
const minute = 60_000;

/** Puts the parts together, here and nowhere else: configuration → database → stores → listener → tails. */
export async function compose(settings: configuration.Config, log: Logger) {
	const config = await dataFolder.settle(settings);
	const database = await openDatabase(config, 'drizzle/postgres', log);
	try {
		return await composeOn(database, config, log);
	} catch (error) {
		await database.stop(); // PostgreSQL would outlive this process
		throw error;
	}
}

async function composeOn(database: Database, config: configuration.Config, log: Logger) {
	const sql = openPools(database);
	await partitions.prepare(sql.pages);

	const measured = metrics({
		queueBytes: () => kept.writer.queuedBytes,
		streams: () => streams.size,
		outbox: () => waiting(people.parts, deployed)
	});
	const bridge = new PostgresBridge(database.listenUrl, {
		log,
		wake(topic) {
			measured.woken();
			wakes.wake(topic);
		},
		lost: () => setImmediate(() => watched.watch.doubt()) // the other connections end in the same turn
	});
	const wakes = listener(bridge);
	wakes.subscribe('tailrace', () => {}); // so that the listener always has something to listen to, for /readyz

	const people = openPeople(sql.pages, config, { log, wakes, measured });
	const { faults, failed, close, ...watched } = watchOver(sql, bridge, config, log);
	const streams = new Streams(wakes, {
		most: mostStreams,
		findAllRevoked: (asked) => revocation.findAllRevoked(sql.pages, asked),
		expiryOf: revocation.expiryOf,
		failed
	});
	const kept = openLogs(sql, { log, wakes, measured, failed, disk: watched.disk });
	const deployed = openDeploys(config, { log, measured }, kept.writer);
	const stopping = new AbortController();
	const leftovers = removalOf(deployed.parts.deploys, sql.pages, stopping.signal);
	const parts = {
		config,
		log,
		/** The pool of the pages: what rooms are given to ask. */
		sql: sql.pages,
		...people.parts,
		untrustedProxies: new UntrustedProxies((peer) => log.warn({ peer }, untrusted)),
		streams,
		...watched,
		metrics: measured,
		/** Begins at once with the remains of a deleted organization; the other instances do so within a minute. */
		removeLeftovers: () => runNow(leftovers, log),
		...kept,
		...deployed.parts
	};
	const rest = [...leftovers, ...deliveriesOf(people.parts, deployed), oldDeploysOf(deployed, sql.pages)];
	const endMaintenance = maintain([...tasks(parts, sql.pages, wakes), ...rest], log);

	/** Closes what is open, in the order of dependence. */
	async function stop(): Promise<void> {
		endMaintenance();
		await close();
		stopping.abort();
		kept.tails.close();
		await deployed.close();
		await kept.writer.idle();
		await people.close();
		await bridge.close();
		await Promise.all(Object.values(sql).map((open) => open.end({ timeout: 1 })));
		await database.stop();
	}

	return { ...parts, faults, stop };
}

/** Watches the database and the disk, which also holds the lines with the embedded PostgreSQL. */
function watchOver(sql: Pools, bridge: PostgresBridge, config: configuration.Config, log: Logger) {
	const { dataDir: folder, databaseUrl } = config;
	const clear = () => retention.dropDays(sql.pages);
	return health({ probe: sql.watch, bridge, folder, holdsLines: databaseUrl === null, log, clear });
}

/** What the accounts need besides the database: it hashes passwords, remembers keys and sends mails. */
function openPeople(
	sql: Sql,
	config: configuration.Config,
	{ log, wakes, measured }: Pick<Surroundings, 'log' | 'wakes' | 'measured'>
) {
	const failed = (error: unknown) =>
		log.error({ err: error }, 'follow-up work of a request failed');
	const { subscribe } = wakes;
	const cache = new KeyCache((key) => keys.find(sql, key), subscribe);
	const keyGuard = new KeyGuard(cache, (key, limit) => rateLimits.attempt(sql, key, limit));
	const writeUses: KeyUses = (some, quietSince) => keys.writeUses(sql, some, quietSince);
	const keyUses = new KeyUse(writeUses, subscribe, failed);
	const send = mailer(config.mail);
	/** Null without a mail server. */
	const mails = send && postOffice(sql, send, watchOf('mail', log, measured));
	async function close(): Promise<void> {
		cache.close();
		await Promise.all([keyUses.close(), mails?.close()]);
	}
	const parts = {
		passwords: passwords(),
		keyGuard,
		keyUses,
		mails,
		post: mails?.post ?? null,
		auditSearch: new Search()
	};
	return { parts, close };
}
type KeyUses = ConstructorParameters<typeof KeyUse>[0];

/** The logs of every organization, from the append to what readers receive. */
function openLogs(sql: Pools, { log, wakes, measured, failed, disk }: Surroundings) {
	const logs = logStore(sql.reads);
	const sourceOf = (topic: string) => logSource(logs, orgOf(topic), measured.read);
	return {
		logs,
		writer: new LogWriter({
			sql: sql.writes,
			store: logs,
			log,
			hasRoom: () => disk.hasRoomForLines,
			full: () => disk.refused(),
			committed: measured.committed
		}),
		tails: new Tails(wakes, sourceOf, { sent: measured.sent, failed }),
		search: logSearch(logStore(sql.pages)),
		overview: logOverview(sql.pages),
		usageOf: (orgs: readonly string[]) => usageOf(sql.pages, orgs)
	};
}

/** Deploys live in SQLite, and only this process moves them, so their wake-ups need no bridge. */
function openDeploys(
	config: configuration.Config,
	{ log, measured }: Pick<Surroundings, 'log' | 'measured'>,
	writer: LogWriter
) {
	const sqlite = sqliteDatabase.open(config.dataDir, 'drizzle/sqlite');
	const wakes = listener();
	const deployChanges = new Broadcast<Deploy>();
	const failed = (error: unknown) => log.error({ err: error }, 'a deploy could not be kept');
	const announcements = new Announcements(sqlite);
	const announcing = announcements.courier(appendOnce(writer), watchOf('announcement', log, measured));
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
		announcing.lookIn(0);
	}

	const sourceOf = (topic: string) => {
		const { org, id } = addressOf(topic);
		return deploys.source(org, id);
	};
	const deployTails = new Tails(wakes, sourceOf, { sent() {}, failed });
	async function close(): Promise<void> {
		deployTails.close();
		await deploys.close();
		await announcing.close();
		sqlite.close();
	}
	return { parts: { deploys, deployChanges, deployTails }, announcements, announcing, close };
}

/** Stops retrying if a line was refused for good, or its organization is gone: no further try would help. */
function appendOnce(writer: LogWriter): AppendOnce {
	return async (org, entry, idempotencyKey) => {
		const report = { accepted: 1, rejected: 0 };
		const { kind } = await writer.append({ org, entries: [entry], report, bytes: 1_000, idempotencyKey });
		if (kind === 'refused') throw new Undeliverable('the database refuses the line');
		if (kind !== 'stored' && kind !== 'gone') throw new Error(`the logs cannot be written: ${kind}`);
	};
}

function tasks(parts: Parts, sql: Sql, wakes: Listener): Task[] {
	const { logs, tails, streams, metrics, disk } = parts;
	// Deleting line by line writes more than it frees: on a full disk only whole days go.
	const retain = () => (disk.isFull ? retention.dropDays(sql) : retention.apply(sql));
	const headsOf = async (topics: string[]) => {
		const heads = await logs.heads(topics.map(orgOf));
		return new Map([...heads].map(([org, head]) => [topicOf(org), head]));
	};
	return [
		{ name: 'partitions', everyMs: hour, run: () => partitions.prepare(sql) },
		{ name: 'retention', everyMs: hour, run: retain },
		{ name: 'idempotency keys', everyMs: hour, run: () => idempotency.forgetOld(sql) },
		{ name: 'expired sessions', everyMs: hour, run: () => forgetOld(sql) },
		{ name: 'lost access', everyMs: 15_000, run: () => streams.recheckAll() },
		{
			name: 'missed wake-ups',
			everyMs: 15_000,
			run: async () => metrics.missed(await safety.check(tails, headsOf, wakes.wake))
		}
	];
}

/** Deletes what has expired: sessions, links, windows of rate limits, audit events, outbox rows. */
async function forgetOld(sql: Sql): Promise<void> {
	await sessions.forgetOld(sql);
	for (const { forgetOld } of [rateLimits, audit, invitations, emailTokens, outbox]) {
		while ((await forgetOld(sql)) > 0); // in batches: many expire in an hour with a flood
	}
}

/** The remains of deleted organizations: their lines in PostgreSQL, and their deploys on this instance. */
function removalOf(deploys: Deploys, sql: Sql, stopping: AbortSignal): Task[] {
	async function removeDeploys(): Promise<void> {
		const deleted = await deletion.among(sql, deploys.organizations());
		await forEach(deleted, (org) => deploys.removeOf(org));
	}

	return [
		{ name: 'lines of deleted organizations', everyMs: minute, run: () => purge.apply(sql, stopping) },
		{ name: 'deploys of deleted organizations', everyMs: minute, run: removeDeploys }
	];
}

/** Takes up due deliveries that woke nobody: after a crash, or left by another instance. */
function deliveriesOf({ mails }: People, { announcing }: Deployed): Task[] {
	return [
		{ name: 'announcements', everyMs: 5_000, run: () => announcing.look() },
		{ name: 'mails', everyMs: 15_000, run: async () => mails?.look() }
	];
}

/** How many deliveries are waiting, by kind. */
async function waiting({ mails }: People, { announcements }: Deployed) {
	const [mail, announcement] = await Promise.all([mails?.size(), announcements.size()]);
	return { mail: mail ?? 0, announcement };
}

/** Removes deploys past retention, for each organization with deploys on this instance. */
function oldDeploysOf({ parts: { deploys } }: Deployed, sql: Sql): Task {
	async function run(): Promise<void> {
		const settings = await deployRetention.among(sql, deploys.organizations());
		await forEach(settings, ([org, { days, kept }]) =>
			deploys.removeOld(org, { since: Date.now() - days * 24 * hour, newest: kept })
		);
	}
	return { name: 'old deploys', everyMs: hour, run };
}

/** Apart, so that a flood of one kind leaves room for the others. */
function openPools({ url, prepare }: Database) {
	const pool = (name: string, max: number) => connect(url, { max, prepare, name: `tailrace ${name}` });
	return {
		pages: pool('pages', 10),
		reads: pool('tail', 4),
		writes: pool('writer', inFlight),
		watch: new Probe(() => pool('watch', 1))
	};
}
