import type { Config } from '../config.ts';
import type { Watch } from '../outbox/courier.ts';
import * as outbox from '../outbox/postgres.ts';
import type { Sql } from '../postgres/connect.ts';
import { acceptance } from './acceptance.ts';
import * as access from '../access/revocation.ts';
import { administration } from './administration.ts';
import * as audit from '../audit/audit.ts';
import * as emailTokens from '../mail/tokens.ts';
import { auditList } from '../audit/list.ts';
import { deletion } from './deletion.ts';
import { deployRetention } from './deploy-retention.ts';
import { invitations, forgetOld as forgetOldInvitations } from './invitations.ts';
import * as instanceLists from './administration-lists.ts';
import { KeyCache } from '../access/key-cache.ts';
import { KeyGuard } from '../access/key-guard.ts';
import * as keyList from '../access/key-list.ts';
import { KeyUse, type KeyRequest } from '../access/key-use.ts';
import * as keys from '../access/keys.ts';
import type { SendMail } from '../mail/mail.ts';
import { postOffice } from '../mail/post.ts';
import { members } from './members.ts';
import { newOrganizations } from './new-organizations.ts';
import { ownAccount } from '../people/own-account.ts';
import { organizationSettings } from './settings.ts';
import * as organizations from './organizations.ts';
import { ownership } from './ownership.ts';
import type { Wanted } from '../lists/pages.ts';
import { passwordReset } from '../people/password-reset.ts';
import { passwords } from '../people/passwords.ts';
import * as rateLimits from '../limits/rate-limits.ts';
import { sessions } from '../people/sessions.ts';
import * as signIns from '../people/sign-in.ts';
import { signOut } from '../people/sign-out.ts';
import * as signUps from './sign-up.ts';
import { signUpByMail } from './sign-up-by-mail.ts';
import * as users from '../people/users.ts';

export type Accounts = ReturnType<typeof accounts>;

interface Options {
	config: Pick<Config, 'signUp' | 'retentionDays'>;
	/** The listener's: topics `access:<org>`. */
	subscribe: access.Subscribe;
	/** Null: no mail server, so links are shown for copying. */
	mail: SendMail | null;
	/** Told what happens to mails. */
	watch: Watch;
	/** Gets errors that occur after the request was answered. */
	failed(error: unknown): void;
}

/** Accounts and permissions: the parts of this folder, wired to one pool, for pages and endpoints. */
export function accounts(sql: Sql, { config, subscribe, mail, watch, failed }: Options) {
	const hashing = passwords();
	const cache = new KeyCache((key) => keys.find(sql, key), subscribe);
	const guard = new KeyGuard(cache, (key, limit) => rateLimits.attempt(sql, key, limit));
	const uses = new KeyUse((some, quietSince) => keys.writeUses(sql, some, quietSince), subscribe, failed);
	const mails = mail && postOffice(sql, mail, watch);
	const post = mails?.post ?? null;

	return {
		sessions: sessions(sql),
		account: ownAccount(sql, hashing, post),
		passwordReset: passwordReset(sql, hashing, post),
		keys: {
			make: (org: string, actor: audit.Person, key: keys.NewKey) => keys.make(sql, org, actor, key),
			list: (org: string, wanted: Wanted) => keyList.of(sql, org, wanted),
			get: (org: string, id: string) => keyList.get(sql, org, id),
			revoke: (org: string, actor: audit.Person, id: string) => keys.revoke(sql, org, actor, id),
			watch: (org: string, id: string) => keys.watch(sql, org, id),
			/** Whose key it is: from memory if looked up recently. */
			identify: (secret: string, address: string | null) => guard.identify(secret, address),
			/** Notes a request made with a key, to be written later. */
			used: (key: keys.Key, address: string | null, request: KeyRequest) => uses.note(key, address, request)
		},
		organizations: organizationsOn(sql),
		newOrganizations: newOrganizations(sql, config),
		settings: organizationSettings(sql),
		deployRetention: deployRetention(sql),
		ownership: ownership(sql),
		deletion: deletion(sql),
		members: members(sql),
		invitations: { ...invitations(sql, post), ...acceptance(sql, hashing) },
		users: { anyExists: () => users.anyExists(sql) },
		access: {
			findRevoked: (org: string, credentials: readonly access.Credential[]) =>
				access.findRevoked(sql, org, credentials),
			findAllRevoked: (asked: ReadonlyMap<string, Iterable<access.Credential>>) =>
				access.findAllRevoked(sql, asked),
			expiryOf: access.expiryOf
		},
		auditList: auditList(sql),
		administration: {
			...administration(sql),
			organizations: (wanted: Wanted) => instanceLists.organizations(sql, wanted),
			users: (wanted: Wanted) => instanceLists.users(sql, wanted)
		},
		signUp: (form: signUps.SignUp, from: audit.From) => signUps.signUp(sql, hashing, form, from, config),
		signUpByMail: signUpByMail(sql, hashing, { options: config, post }),
		signUpIsOpen: () => signUps.isOpen(sql, config),
		signIn: (form: signIns.SignIn, from: audit.From, previous?: string | null) =>
			signIns.signIn(sql, hashing, form, from, previous),
		/** Ends a session by its token and records who did. */
		signOut: (token: string, person: audit.Person) => signOut(sql, token, person),
		/** The waiting mails, sent by `look`; null without a mail server. */
		mails: mails && { look: mails.look, size: mails.size, trouble: mails.trouble },
		/** Deletes expired sessions, links, rate-limit windows and audit events: for maintenance, about hourly. */
		forgetOld: () => forgetOld(sql),
		/** Unsubscribes, writes the latest key uses and sends the last mails, within a few seconds. */
		async close(): Promise<void> {
			cache.close();
			await Promise.all([uses.close(), mails?.close()]);
		}
	};
}

function organizationsOn(sql: Sql) {
	return {
		membership: (userId: string, slug: string) => organizations.membership(sql, userId, slug),
		ofUser: (userId: string, most?: number) => organizations.ofUser(sql, userId, most),
		remember: (userId: string, org: string) => organizations.remember(sql, org, userId),
		lastOf: (userId: string) => organizations.lastOf(sql, userId),
		isAddressOf: (org: string, slug: string) => organizations.isAddressOf(sql, org, slug)
	};
}

async function forgetOld(sql: Sql): Promise<void> {
	await sessions(sql).forgetOld();
	const parts = [
		rateLimits.forgetOld,
		audit.forgetOld,
		forgetOldInvitations,
		emailTokens.forgetOld,
		outbox.forgetOld
	];
	for (const forgetSome of parts) await exhaust(() => forgetSome(sql));
}

/** Repeats a batched deletion until nothing is left to delete: a flood makes many rows expire in an hour. */
async function exhaust(forgetSome: () => Promise<number>): Promise<void> {
	while ((await forgetSome()) > 0);
}
