import * as v from 'valibot';
import * as rateLimits from '../limits/rate-limits.ts';
import type { Config } from '../config.ts';
import type { Sql } from '../postgres/connect.ts';
import { transact } from '../postgres/transaction.ts';
import type { Person } from '../audit/audit.ts';
import type { Organization } from '../access/memberships.ts';
import * as organizations from './organizations.ts';
import * as submissions from '../access/submissions.ts';
import type { Sent } from '../access/submissions.ts';
import * as presence from '../access/presence.ts';
import type { Queryable } from '../postgres/queryable.ts';
import type { Refused } from '../forms/refusal.ts';
import * as signUps from './sign-up.ts';
import * as users from '../people/users.ts';

type Options = Pick<Config, 'signUp' | 'retentionDays'>;

/** For existing users. */
export const form = v.object({ organization: organizations.nameField });

export type Made = { ok: true; org: Organization } | Refused;

const perUser = { limit: 20, windowMs: 60 * 60_000 };

/** Whether a user may create one: anyone who could by signing up again, and instance admins. */
export async function mayMake(sql: Queryable, userId: string, options: Options): Promise<boolean> {
	return (await users.isInstanceAdmin(sql, userId)) || signUps.isOpen(sql, options);
}

/** Creates an organization owned by the actor. A form that comes twice (`sent`) creates one, and gets it twice. */
export async function make(
	sql: Sql,
	actor: Person,
	name: string,
	options: Options,
	sent: Sent = null
): Promise<Made> {
	if (!(await mayMake(sql, actor.id, options))) return closed;
	const limited = await rateLimits.count(sql, [[`new organization:account:${actor.id}`, perUser]]);
	if (limited) return limited;

	const { retentionDays } = options;
	return transact(sql, async (transaction) => {
		if (!(await presence.lasts(transaction, actor))) return presence.signedOut;
		const made = await submissions.once(transaction, sent, ['organization', actor.id, name], async () => {
			const org = await organizations.create(transaction, actor.id, { name, retentionDays }, actor);
			return { ok: true, org };
		});
		return made.result;
	});
}

const closed: Made = {
	ok: false,
	status: 403,
	faults: { form: 'New organizations are created by the administrator of this server: ask them.' }
};
