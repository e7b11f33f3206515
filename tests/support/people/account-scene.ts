import type { Accounts } from './accounts.ts';
import { keepTold } from '../logs/deliveries.ts';
import { testDatabase, type TestDatabase } from '../server/database.ts';
import { from, openAccounts, signUp } from './people.ts';
import { openMailbox, type Mailbox } from './smtp.ts';

export const origin = 'https://logs.example';
export const newPassword = 'a stapled battery horse';
/** How a link that no longer works is refused. */
export const gone = { ok: false, status: 410 };

/** People who change their accounts, on a server that sends mails and on one that does not. */
export class AccountScene {
	readonly database: TestDatabase;
	readonly mailbox: Mailbox;
	readonly mailing: Accounts;
	readonly silent: Accounts;
	/** What became of mails. */
	readonly kept = keepTold();
	#hosts = 0;

	static async open(): Promise<AccountScene> {
		return new AccountScene(await testDatabase(), await openMailbox());
	}

	private constructor(database: TestDatabase, mailbox: Mailbox) {
		this.database = database;
		this.mailbox = mailbox;
		this.silent = openAccounts(database.sql);
		this.mailing = openAccounts(database.sql, {}, { mail: mailbox.mail, watch: this.kept.watch });
	}

	async close(): Promise<void> {
		await this.mailing.close();
		await this.mailbox.close();
		await this.database.drop();
	}

	/** A network address that nobody has used. */
	somewhere() {
		return from(`198.51.100.${this.#hosts++}`);
	}

	/** Somebody with an account and two sessions, of which the first is the one at hand. */
	async person(name: string) {
		const { silent } = this;
		const { user, org, session } = await signUp(silent, name);
		const owner = { ...this.somewhere(), id: user.id, name: user.email };
		const other = await silent.sessions.create(user.id, this.somewhere());
		const sessionId = (await silent.sessions.validate(session.token, owner))?.session.id ?? '';
		const isSignedIn = async ({ token }: { token: string }) =>
			(await silent.sessions.validate(token, owner)) !== null;
		return { owner, org, email: user.email, session, sessionId, other, isSignedIn };
	}

	/** What is recorded of a user in an organization's list, the sign-up apart. */
	async audited(org: string, actor: string) {
		return this.database.sql`
			SELECT action, details FROM audit_events WHERE org_id = ${org} AND actor = ${actor} AND is_copy ORDER BY id`;
	}

	async signsIn(email: string, password: string): Promise<boolean> {
		return (await this.silent.signIn({ email, password }, this.somewhere())).ok;
	}
}
