import type { Sql } from '../postgres/connect.ts';
import type * as audit from '../audit/audit.ts';
import * as emailChange from './email-change.ts';
import type { Post } from '../mail/post.ts';
import type { Passwords } from './passwords.ts';
import * as profile from './profile.ts';
import * as signOut from './sign-out.ts';

/** What people change about their own account. Without a mail server (`post` is null) an address changes at once. */
export function ownAccount(sql: Sql, passwords: Passwords, post: Post | null) {
	return {
		changeName: (name: string, person: audit.Person) => profile.changeName(sql, name, person),
		/** `sessionId` is the session that stays. */
		changePassword: (form: profile.NewPassword, person: audit.Person, sessionId: string | null) =>
			profile.changePassword(sql, passwords, form, person, sessionId),
		changeEmail: (form: profile.NewEmail, person: audit.Person, origin: string) =>
			emailChange.ask(sql, passwords, form, person, { origin, post }),
		findNewEmail: (token: string, person: audit.Person) => emailChange.find(sql, token, person),
		confirmEmail: (token: string, person: audit.Person, origin: string) =>
			emailChange.confirm(sql, token, person, { origin, post }),
		endSession: (id: string, person: audit.Person) => signOut.endOne(sql, id, person),
		endOtherSessions: (sessionId: string | null, person: audit.Person) =>
			signOut.endOthers(sql, sessionId, person)
	};
}
