import * as access from '../../../src/lib/server/access/revocation.ts';
import { KeyCache } from '../../../src/lib/server/access/key-cache.ts';
import { KeyGuard } from '../../../src/lib/server/access/key-guard.ts';
import * as keyList from '../../../src/lib/server/access/key-list.ts';
import { KeyUse, type KeyRequest } from '../../../src/lib/server/access/key-use.ts';
import * as keys from '../../../src/lib/server/access/keys.ts';
import * as memberships from '../../../src/lib/server/access/memberships.ts';
import type { From, Person } from '../../../src/lib/server/audit/audit.ts';
import type { AuditFilter, AuditQuery as WantedEvents } from '../../../src/lib/server/audit/filter.ts';
import * as auditList from '../../../src/lib/server/audit/list.ts';
import { Search, type Bounds } from '../../../src/lib/server/audit/search.ts';
import type { Config } from '../../../src/lib/server/config.ts';
import * as rateLimits from '../../../src/lib/server/limits/rate-limits.ts';
import type { ListQuery } from '../../../src/lib/server/lists/pages.ts';
import type { Asked } from '../../../src/lib/server/mail/letters.ts';
import type { SendMail } from '../../../src/lib/server/mail/mail.ts';
import { postOffice } from '../../../src/lib/server/mail/post.ts';
import * as acceptance from '../../../src/lib/server/organizations/acceptance.ts';
import * as instanceLists from '../../../src/lib/server/organizations/administration-lists.ts';
import * as administration from '../../../src/lib/server/organizations/administration.ts';
import * as deletion from '../../../src/lib/server/organizations/deletion.ts';
import * as deployRetention from '../../../src/lib/server/organizations/deploy-retention.ts';
import * as invitationList from '../../../src/lib/server/organizations/invitation-list.ts';
import * as invitations from '../../../src/lib/server/organizations/invitations.ts';
import * as memberList from '../../../src/lib/server/organizations/member-list.ts';
import * as members from '../../../src/lib/server/organizations/members.ts';
import * as newOrganizations from '../../../src/lib/server/organizations/new-organizations.ts';
import * as ownership from '../../../src/lib/server/organizations/ownership.ts';
import * as settings from '../../../src/lib/server/organizations/settings.ts';
import * as textReading from '../../../src/lib/server/organizations/text-reading.ts';
import * as signUps from '../../../src/lib/server/organizations/sign-up.ts';
import * as signUpsByMail from '../../../src/lib/server/organizations/sign-up-by-mail.ts';
import type { Watch } from '../../../src/lib/server/outbox/courier.ts';
import * as emailChange from '../../../src/lib/server/people/email-change.ts';
import * as passwordReset from '../../../src/lib/server/people/password-reset.ts';
import { passwords } from '../../../src/lib/server/people/passwords.ts';
import * as profile from '../../../src/lib/server/people/profile.ts';
import * as sessions from '../../../src/lib/server/people/sessions.ts';
import * as signIns from '../../../src/lib/server/people/sign-in.ts';
import * as signOuts from '../../../src/lib/server/people/sign-out.ts';
import * as users from '../../../src/lib/server/people/users.ts';
import type { Sql } from '../../../src/lib/server/postgres/connect.ts';
import { forgetOld } from '../../../src/composition/tasks.ts';

type Function = (...parameters: never[]) => unknown;
/** A function without its first parameter. */
type Bound<F> = F extends (first: never, ...rest: infer Rest) => infer Result
	? (...rest: Rest) => Result
	: never;
type Functions<Room> = {
	[Name in keyof Room as Room[Name] extends Function ? Name : never]: Bound<Room[Name]>;
};

/** The functions of a room whose first parameter is the database, with that one given. */
function on<Room extends object>(sql: Sql, room: Room): Functions<Room> {
	const functions = Object.entries(room).filter(([, value]) => typeof value === 'function');
	const bound = functions.map(([name, run]: [string, Function]) => [name, run.bind(null, sql as never)]);
	return Object.fromEntries(bound) as Functions<Room>;
}

export type Accounts = ReturnType<typeof accounts>;

interface Options {
	config: Pick<Config, 'signUp' | 'retentionDays'>;
	subscribe: access.Subscribe;
	mail: SendMail | null;
	watch: Watch;
	failed(error: unknown): void;
}

/** The rooms of people and organizations on one database, called as routes call them, for tests in this process. */
export function accounts(sql: Sql, { config, subscribe, mail, watch, failed }: Options) {
	const hashing = passwords();
	const cache = new KeyCache((key) => keys.find(sql, key), subscribe);
	cache.start();
	const guard = new KeyGuard(cache, (key, limit) => rateLimits.attempt(sql, key, limit));
	const uses = new KeyUse((some, quietSince) => keys.writeUses(sql, some, quietSince), subscribe, failed);
	const mails = mail && postOffice(sql, mail, watch);
	const post = mails?.post ?? null;

	const { invite, ...ofInvitations } = on(sql, invitations);
	const { make, revoke, watch: watchKey } = on(sql, keys);
	const { expiryOf } = access;

	return {
		sessions: on(sql, sessions),
		account: {
			changeName: (name: string, person: Person) => profile.changeName(sql, name, person),
			changePassword: (form: profile.NewPassword, person: Person, sessionId: string | null) =>
				profile.changePassword(sql, hashing, form, person, sessionId),
			changeEmail: (form: profile.NewEmail, person: Person, origin: string) =>
				emailChange.ask(sql, hashing, form, person, { origin, post }),
			findNewEmail: (token: string, person: Person) => emailChange.find(sql, token, person),
			confirmEmail: (token: string, person: Person, origin: string) =>
				emailChange.confirm(sql, token, person, { origin, post }),
			endSession: (id: string, person: Person) => signOuts.endOne(sql, id, person),
			endOtherSessions: (sessionId: string | null, person: Person) =>
				signOuts.endOthers(sql, sessionId, person)
		},
		passwordReset: {
			isOffered: post !== null,
			ask: (email: string, asked: Asked) => passwordReset.ask(sql, email, asked, post),
			find: (token: string) => passwordReset.find(sql, token),
			use: (token: string, password: string, from: From) =>
				passwordReset.use(sql, hashing, token, password, from)
		},
		keys: {
			make,
			revoke,
			watch: watchKey,
			list: (org: string, wanted: ListQuery) => keyList.of(sql, org, wanted),
			get: (org: string, id: string) => keyList.get(sql, org, id),
			identify: (secret: string, address: string | null) => guard.identify(secret, address),
			used: (key: keys.Key, address: string | null, request: KeyRequest) => uses.note(key, address, request)
		},
		organizations: on(sql, memberships),
		newOrganizations: {
			mayMake: (userId: string) => newOrganizations.mayMake(sql, userId, config),
			make: (actor: Person, name: string) => newOrganizations.make(sql, actor, name, config)
		},
		settings: on(sql, settings),
		deployRetention: on(sql, deployRetention),
		textReading: on(sql, { get: textReading.get, set: textReading.set }),
		ownership: on(sql, ownership),
		deletion: on(sql, deletion),
		members: {
			...on(sql, members),
			list: (org: string, wanted: ListQuery) => memberList.of(sql, org, wanted)
		},
		invitations: {
			...ofInvitations,
			create: (org: string, actor: Person, invitation: invitations.NewInvitation, origin: string) =>
				invite(org, actor, invitation, { origin, post }),
			list: (org: string, wanted: ListQuery) => invitationList.of(sql, org, wanted),
			join: (token: string, actor: Person) => acceptance.join(sql, token, actor),
			signUp: (token: string, person: acceptance.NewPerson, from: From) =>
				acceptance.signUp(sql, hashing, token, person, from)
		},
		users: { anyExists: () => users.anyExists(sql) },
		access: {
			findRevoked: (org: string, credentials: Iterable<access.Credential>) =>
				access.findRevoked(sql, org, credentials),
			findAllRevoked: (asked: ReadonlyMap<string, Iterable<access.Credential>>) =>
				access.findAllRevoked(sql, asked),
			expiryOf
		},
		auditList: auditListOn(sql),
		administration: { ...on(sql, administration), ...on(sql, instanceLists) },
		signUp: (form: signUps.SignUp, from: From) => signUps.signUp(sql, hashing, form, from, config),
		signUpByMail: {
			isOn: () => signUpsByMail.isOn(sql, post),
			ask: (form: signUps.SignUp, asked: Asked) =>
				signUpsByMail.ask(sql, hashing, form, asked, { options: config, post }),
			find: (token: string) => signUpsByMail.find(sql, token),
			confirm: (token: string, password: string, from: From) =>
				signUpsByMail.confirm(sql, hashing, { token, password }, from, config)
		},
		signUpIsOpen: () => signUps.isOpen(sql, config),
		signIn: (form: signIns.SignIn, from: From, previous?: string | null) =>
			signIns.signIn(sql, hashing, form, from, previous),
		signOut: (token: string, person: Person) => signOuts.signOut(sql, token, person),
		mails: mails && { look: mails.look, size: mails.size, trouble: mails.trouble },
		forgetOld: () => forgetOld(sql),
		async close(): Promise<void> {
			cache.close();
			await Promise.all([uses.close(), mails?.close()]);
		}
	};
}

/** The audit on one database, with searches of its own. */
export function auditListOn(sql: Sql, bounds?: Bounds) {
	const search = new Search(bounds);
	return {
		of: (org: string, wanted: WantedEvents, signal?: AbortSignal) =>
			auditList.of(sql, search, org, wanted, signal),
		ofInstance: (wanted: WantedEvents, signal?: AbortSignal) =>
			auditList.ofInstance(sql, search, wanted, signal),
		everyOf: (org: string, filter: AuditFilter, signal?: AbortSignal) =>
			auditList.everyOf(sql, search, org, filter, signal),
		everyOfInstance: (filter: AuditFilter, signal?: AbortSignal) =>
			auditList.everyOfInstance(sql, search, filter, signal),
		refusalOf: (org: string, filter: AuditFilter) => auditList.refusalOf(search, org, filter),
		refusalOfInstance: (filter: AuditFilter) => auditList.refusalOfInstance(search, filter)
	};
}
