import * as submissions from '../lib/server/access/submissions.ts';
import * as audit from '../lib/server/audit/audit.ts';
import type { Bus } from '../lib/server/bus/bus.ts';
import type { Deploys } from '../lib/server/deploys/deploys.ts';
import type { Disk } from '../lib/server/health/disk.ts';
import * as rateLimits from '../lib/server/limits/rate-limits.ts';
import * as idempotency from '../lib/server/logs/idempotency.ts';
import * as purge from '../lib/server/logs/purge.ts';
import * as retention from '../lib/server/logs/retention.ts';
import type { Sealer } from '../lib/server/logs/sealer.ts';
import { orgOf, topicOf } from '../lib/server/logs/source.ts';
import type { LogStore } from '../lib/server/logs/store.ts';
import * as emailTokens from '../lib/server/mail/tokens.ts';
import { forEach, type Task } from '../lib/server/maintenance.ts';
import type { Metrics } from '../lib/server/metrics.ts';
import * as deletion from '../lib/server/organizations/deletion.ts';
import * as deployRetention from '../lib/server/organizations/deploy-retention.ts';
import * as invitations from '../lib/server/organizations/invitations.ts';
import * as outbox from '../lib/server/outbox/postgres.ts';
import * as sessions from '../lib/server/people/sessions.ts';
import type { Sql } from '../lib/server/postgres/connect.ts';
import * as partitions from '../lib/server/postgres/partitions.ts';
import * as safety from '../lib/server/tail/safety-check.ts';
import type { Deployed } from './deploys.ts';
import type { People } from './people.ts';

const hour = 3_600_000; // ms
const minute = 60_000;

/** The parts that recurring tasks look after. */
interface Parts {
	logs: LogStore;
	tails: Parameters<typeof safety.check>[0];
	streams: { recheckAll(): Promise<void> };
	metrics: Metrics;
	disk: Disk;
	sealer: Sealer;
}

/** What one instance at a time does for all of them (instances/upkeep.ts). */
export function sharedTasks({ disk }: Pick<Parts, 'disk'>, sql: Sql): Task[] {
	// Deleting line by line writes more than it frees: on a full disk only whole days go.
	const retain = () => (disk.isFull ? retention.dropDays(sql) : retention.apply(sql));
	return [
		{ name: 'partitions', everyMs: hour, run: () => partitions.prepare(sql) },
		{ name: 'retention', everyMs: hour, run: retain },
		{ name: 'idempotency keys', everyMs: hour, run: () => idempotency.forgetOld(sql) },
		{ name: 'expired sessions', everyMs: hour, run: () => forgetOld(sql) }
	];
}

/**
 * The recurring tasks of every instance, besides those of `removalOf`, `deliveriesOf` and `upkeepOf`. What several do at once
 * they share: sealing takes turns by organization, and so do purges and deliveries.
 */
export function tasks(parts: Parts, wakes: Bus): Task[] {
	const { logs, tails, streams, metrics, sealer } = parts;
	const headsOf = async (topics: string[]) => {
		const heads = await logs.heads(topics.map(orgOf));
		return new Map([...heads].map(([org, head]) => [topicOf(org), head]));
	};
	return [
		{ name: 'sealing', everyMs: 10_000, run: () => sealer.run() },
		{ name: 'lost access', everyMs: 15_000, run: () => streams.recheckAll() },
		{
			name: 'missed wake-ups',
			everyMs: 15_000,
			run: async () => metrics.missed(await safety.check(tails, headsOf, wakes.wake))
		}
	];
}

/** Deletes what has expired: sessions, links, windows of rate limits, audit events, outbox rows. */
export async function forgetOld(sql: Sql): Promise<void> {
	await sessions.forgetOld(sql);
	for (const { forgetOld } of [rateLimits, submissions, audit, invitations, emailTokens, outbox]) {
		while ((await forgetOld(sql)) > 0); // in batches: many expire in an hour with a flood
	}
}

/** The remains of deleted organizations: their lines and their deploys. */
export function removalOf(deploys: Deploys, sql: Sql, stopping: AbortSignal): Task[] {
	async function removeDeploys(): Promise<void> {
		const deleted = await deletion.among(sql, await deploys.organizations());
		await forEach(deleted, (org) => deploys.removeOf(org));
	}

	return [
		{ name: 'lines of deleted organizations', everyMs: minute, run: () => purge.apply(sql, stopping) },
		{ name: 'deploys of deleted organizations', everyMs: minute, run: removeDeploys }
	];
}

/**
 * What deploys need again and again: on each server, and, where they are in PostgreSQL, once for all servers. In SQLite they are this
 * server's alone.
 */
export function upkeepOf(deployed: Deployed, sql: Sql): { own: Task[]; shared: Task[] } {
	const { parts, wakes, isShared } = deployed;
	async function wakeAll(): Promise<void> {
		for (const topic of wakes.topics()) if (topic.startsWith('deploy')) wakes.wake(topic);
	}
	const own = [{ name: 'missed wake-ups of deploys', everyMs: 15_000, run: wakeAll }];
	const once = [
		{ name: 'small chunks of deploys', everyMs: hour, run: () => parts.deploys.mergeLeft() },
		oldDeploysOf(deployed, sql)
	];
	return isShared ? { own, shared: once } : { own: [...own, ...once], shared: [] };
}

/** Takes up due deliveries that woke nobody: after a crash, or left by another instance. */
export function deliveriesOf({ mails }: People, { announcing }: Deployed): Task[] {
	return [
		{ name: 'announcements', everyMs: 5_000, run: () => announcing.look() },
		{ name: 'mails', everyMs: 15_000, run: async () => mails?.look() }
	];
}

/** How many deliveries are waiting, by kind. */
export async function waiting({ mails }: People, { announcements }: Deployed) {
	const [mail, announcement] = await Promise.all([mails?.size(), announcements.size()]);
	return { mail: mail ?? 0, announcement };
}

/** Removes deploys past retention, for each organization with deploys. */
function oldDeploysOf({ parts: { deploys } }: Deployed, sql: Sql): Task {
	async function run(): Promise<void> {
		const settings = await deployRetention.among(sql, await deploys.organizations());
		await forEach(settings, ([org, { days, kept }]) =>
			deploys.removeOld(org, { since: Date.now() - days * 24 * hour, newest: kept })
		);
	}
	return { name: 'old deploys', everyMs: hour, run };
}
