import type { Logger } from 'pino';
import { Broadcast } from '../lib/server/bus/broadcast.ts';
import { bus } from '../lib/server/bus/bus.ts';
import type { Config } from '../lib/server/config.ts';
import { Announcements, type AppendOnce } from '../lib/server/deploys/announcement.ts';
import type { Deploy } from '../lib/server/deploys/deploy.ts';
import { Deploys } from '../lib/server/deploys/deploys.ts';
import { addressOf, topicOf } from '../lib/server/deploys/source.ts';
import type { LogWriter } from '../lib/server/logs/writer.ts';
import type { Metrics } from '../lib/server/metrics.ts';
import { Undeliverable } from '../lib/server/outbox/delivery.ts';
import { watchOf } from '../lib/server/outbox/watch.ts';
import * as sqliteDatabase from '../lib/server/sqlite/connect.ts';
import { Tails } from '../lib/server/tail/tails.ts';

export type Deployed = ReturnType<typeof openDeploys>;

/** Deploys live in SQLite, and only this process moves them, so their wake-ups need no bridge. */
export function openDeploys(
	config: Config,
	{ log, measured }: { log: Logger; measured: Metrics },
	writer: LogWriter
) {
	const sqlite = sqliteDatabase.open(config.dataDir, 'drizzle/sqlite');
	const wakes = bus();
	const deployChanges = new Broadcast<Deploy>();
	const failed = (error: unknown) => log.error({ err: error }, 'a deploy could not be kept');
	const announcements = new Announcements(sqlite);
	const announcing = announcements.courier(appendOnce(writer), watchOf('announcement', log, measured));
	const deploys: Deploys = new Deploys({
		sqlite,
		flushMs: config.deployFlushMs,
		leaseMs: config.deployLeaseS * 1000,
		stdout: config.deployLogStdout ? process.stdout : null,
		onflushed: (addresses) => addresses.forEach((address) => wakes.wake(topicOf(address))),
		onchanged: changed,
		onfailed: failed
	});

	function changed(org: string, id: string): void {
		const deploy = deploys.get(org, id);
		if (!deploy) return;
		deployChanges.send(org, deploy);
		wakes.wake(topicOf({ org, id }));
		announcing.lookIn(0);
	}

	deploys.start();
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
