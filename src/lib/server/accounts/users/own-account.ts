import type { Sql } from '../../postgres/connect.ts';
import * as emailChange from './email-change.ts';
import type { SignIn } from '../forms.ts';
import type { Post } from '../mail/mail.ts';
import type { Passwords } from './passwords.ts';
import * as profile from './profile.ts';
import * as signOut from '../sessions/sign-out.ts';

/** What people change about their own account. Without a mail server (`post` is null) an address changes at once. */
export function ownAccount(sql: Sql, passwords: Passwords, post: Post | null) {
	return {
		changeName: (name: string, owner: profile.Owner) => profile.changeName(sql, name, owner),
		/** `sessionId` is the one that stays. */
		changePassword: (form: profile.NewPassword, owner: profile.Owner, sessionId: string | null) =>
			profile.changePassword(sql, passwords, form, owner, sessionId),
		changeEmail: (form: SignIn, owner: profile.Owner, origin: string) =>
			emailChange.ask(sql, passwords, form, owner, { origin, post }),
		findNewEmail: (token: string, owner: profile.Owner) => emailChange.find(sql, token, owner),
		confirmEmail: (token: string, owner: profile.Owner, origin: string) =>
			emailChange.confirm(sql, token, owner, { origin, post }),
		endSession: (id: string, owner: profile.Owner) => signOut.endOne(sql, id, owner),
		endOtherSessions: (sessionId: string | null, owner: profile.Owner) =>
			signOut.endOthers(sql, sessionId, owner)
	};
}
