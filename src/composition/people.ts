import type { Logger } from 'pino';
import { KeyCache } from '../lib/server/access/key-cache.ts';
import { KeyGuard } from '../lib/server/access/key-guard.ts';
import { KeyUse } from '../lib/server/access/key-use.ts';
import * as keys from '../lib/server/access/keys.ts';
import { Search } from '../lib/server/audit/search.ts';
import type { Bus } from '../lib/server/bus/bus.ts';
import type { Config } from '../lib/server/config.ts';
import * as rateLimits from '../lib/server/limits/rate-limits.ts';
import { mailer } from '../lib/server/mail/mail.ts';
import { postOffice } from '../lib/server/mail/post.ts';
import type { Metrics } from '../lib/server/metrics.ts';
import { watchOf } from '../lib/server/outbox/watch.ts';
import { passwords } from '../lib/server/people/passwords.ts';
import type { Sql } from '../lib/server/postgres/connect.ts';

export type People = ReturnType<typeof openPeople>['parts'];

interface Surroundings {
	log: Logger;
	wakes: Bus;
	measured: Metrics;
}

/** What accounts need besides the database: password hashing, the memory of keys and the mails. */
export function openPeople(sql: Sql, config: Config, { log, wakes, measured }: Surroundings) {
	const failed = (error: unknown) => log.error({ err: error }, 'follow-up work of a request failed');
	const { subscribe } = wakes;
	const cache = new KeyCache((key) => keys.find(sql, key), subscribe);
	cache.start();
	const keyGuard = new KeyGuard(cache, (key, limit) => rateLimits.attempt(sql, key, limit));
	const keyUses = new KeyUse((some, quietSince) => keys.writeUses(sql, some, quietSince), subscribe, failed);
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
