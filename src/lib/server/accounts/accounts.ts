import type { Config } from '../config.ts';
import type { Sql } from '../postgres/connect.ts';
import { transact } from '../postgres/transaction.ts';
import * as access from './access.ts';
import type { SignIn, SignUp } from './forms.ts';
import { KeyCache, type Subscribe } from './key-cache.ts';
import * as keys from './keys.ts';
import * as organizations from './organizations.ts';
import { passwords } from './passwords.ts';
import * as rateLimits from './rate-limits.ts';
import { sessions } from './sessions.ts';
import * as signIns from './sign-in.ts';
import * as signUps from './sign-up.ts';
import * as users from './users.ts';

export type Accounts = ReturnType<typeof accounts>;

interface Options {
	config: Pick<Config, 'signUp' | 'retentionDays'>;
	/** Of the listener: topics `access:<org>`. */
	subscribe: Subscribe;
}

/** Who may do what: the parts of this folder, put together on one pool, as pages and endpoints use them. */
export function accounts(sql: Sql, { config, subscribe }: Options) {
	const hashing = passwords();
	const cache = new KeyCache((key) => keys.find(sql, key), subscribe);
	const ownSessions = sessions(sql);

	async function forgetOld(): Promise<void> {
		await ownSessions.forgetOld();
		await rateLimits.forgetOld(sql);
	}

	return {
		sessions: ownSessions,
		keys: {
			create: (org: string, key: Parameters<typeof keys.create>[2]) => keys.create(sql, org, key),
			/** From memory, if it was asked for lately. */
			find: (key: string) => cache.find(key)
		},
		organizations: {
			create: (ownerId: string, name: string) =>
				transact(sql, (transaction) =>
					organizations.create(transaction, ownerId, { name, retentionDays: config.retentionDays })
				),
			membership: (userId: string, slug: string) => organizations.membership(sql, userId, slug),
			ofUser: (userId: string) => organizations.ofUser(sql, userId)
		},
		users: { anyExists: () => users.anyExists(sql) },
		access: {
			findRevoked: (org: string, credentials: readonly access.Credential[]) =>
				access.findRevoked(sql, org, credentials)
		},
		rateLimits: {
			attempt: (key: string, limit: rateLimits.Limit) => rateLimits.attempt(sql, key, limit)
		},
		signUp: (form: SignUp, address: string) => signUps.signUp(sql, hashing, form, address, config),
		signUpIsOpen: () => signUps.isOpen(sql, config),
		signIn: (form: SignIn, address: string) => signIns.signIn(sql, hashing, form, address),
		/** Deletes expired sessions and ended windows: for maintenance, about hourly. */
		forgetOld,
		close: () => cache.close()
	};
}
