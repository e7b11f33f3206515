import { validate as isId } from 'uuid';
import { advisoryLocks } from '../postgres/advisory-locks.ts';
import type { Sql } from '../postgres/connect.ts';
import { transact } from '../postgres/transaction.ts';
import * as audit from '../audit/audit.ts';
import * as presence from '../access/presence.ts';
import type { Queryable } from '../postgres/queryable.ts';
import * as sessions from '../people/sessions.ts';

/** The result of a change: the name people use for its target, or a sentence to show that says why not. */
export type Administered =
	{ ok: true; name: string } | { ok: false; status: 400 | 401 | 403 | 404; fault: string };

interface Person {
	id: string;
	email: string;
	instanceAdmin: boolean;
	isSuspended: boolean;
}

/**
 * Runs a change by an instance admin. It checks again, in its own transaction, that the actor is still an admin and still
 * signed in. A change without effect succeeds and is not recorded again.
 */
const by =
	(none: Administered, change: Change) =>
	async (sql: Sql, actor: audit.Person, id: string): Promise<Administered> => {
		if (!isId(id)) return none;
		return transact(sql, async (transaction) => {
			const admins = await lockAdmins(transaction);
			if (!admins.includes(actor.id)) return notAdmin;
			if (!(await presence.lasts(transaction, actor))) return signedOut;
			return change(transaction, actor, id, admins);
		});
	};

/** A change to an organization or a user, by id, while the set of active instance admins is locked. */
type Change = (transaction: Sql, actor: audit.Person, id: string, admins: string[]) => Promise<Administered>;

/**
 * Waits until nobody else is administering on any instance, and blocks others to the end of the transaction. Returns the ids of
 * the active instance admins: if two remove each other, the second finds they are no longer one.
 */
export async function lockAdmins(transaction: Queryable): Promise<string[]> {
	await transaction`SELECT pg_advisory_xact_lock(${advisoryLocks.administration})`;
	const admins = await transaction<{ id: string }[]>`
		SELECT id FROM users WHERE instance_admin AND suspended_at IS NULL`;
	return admins.map(({ id }) => id);
}

/** Whether a user still is an active instance admin with a live session: for long-running work. */
export async function isAdmin(sql: Queryable, userId: string, sessionId: string | null): Promise<boolean> {
	const [row] = await sql<{ found: boolean }[]>`
		SELECT EXISTS (
			SELECT FROM users u JOIN sessions s ON s.user_id = u.id
			WHERE u.id = ${userId} AND u.instance_admin AND u.suspended_at IS NULL
				AND s.id = ${sessionId} AND s.expires_at > now()
		) AS found`;
	return row?.found === true;
}

/** The trigger on `suspended_at` makes its keys, pages and streams refuse at once. Nothing is deleted. */
async function suspendOrganizationIn(
	transaction: Queryable,
	actor: audit.Person,
	org: string
): Promise<Administered> {
	const [changed] = await transaction<{ name: string }[]>`
		UPDATE organizations SET suspended_at = now() WHERE id = ${org} AND suspended_at IS NULL RETURNING name`;
	if (!changed) return organizationAsItIs(transaction, org);
	await audit.record(transaction, org, actor, { action: 'suspended an organization', target: changed.name });
	return { ok: true, name: changed.name };
}

async function restoreOrganizationIn(
	transaction: Queryable,
	actor: audit.Person,
	org: string
): Promise<Administered> {
	const [changed] = await transaction<{ name: string }[]>`
		UPDATE organizations SET suspended_at = NULL WHERE id = ${org} AND suspended_at IS NOT NULL RETURNING name`;
	if (!changed) return organizationAsItIs(transaction, org);
	await audit.record(transaction, org, actor, { action: 'restored an organization', target: changed.name });
	return { ok: true, name: changed.name };
}

async function organizationAsItIs(transaction: Queryable, org: string): Promise<Administered> {
	const [found] = await transaction<{ name: string }[]>`SELECT name FROM organizations WHERE id = ${org}`;
	return found ? { ok: true, name: found.name } : noOrganization;
}

/** Ends all sessions too, so that none works again later. The acting admin is never the last one. */
async function suspendUserIn(
	transaction: Queryable,
	actor: audit.Person,
	userId: string
): Promise<Administered> {
	if (userId === actor.id) return refuse('You cannot suspend yourself: ask another instance admin.');
	const user = await lockUser(transaction, userId);
	if (!user) return noUser;
	if (user.isSuspended) return { ok: true, name: user.email };
	await transaction`UPDATE users SET suspended_at = now() WHERE id = ${userId}`;
	await sessions.endAll(transaction, userId);
	await audit.record(transaction, null, actor, { action: 'suspended a user', target: user.email });
	return { ok: true, name: user.email };
}

async function restoreUserIn(
	transaction: Queryable,
	actor: audit.Person,
	userId: string
): Promise<Administered> {
	const user = await lockUser(transaction, userId);
	if (!user) return noUser;
	if (!user.isSuspended) return { ok: true, name: user.email };
	await transaction`UPDATE users SET suspended_at = NULL WHERE id = ${userId}`;
	await audit.record(transaction, null, actor, { action: 'restored a user', target: user.email });
	return { ok: true, name: user.email };
}

async function grantAdminIn(
	transaction: Queryable,
	actor: audit.Person,
	userId: string
): Promise<Administered> {
	const user = await lockUser(transaction, userId);
	if (!user) return noUser;
	if (user.isSuspended) return refuse(`${user.email} is suspended: restore the account first.`);
	if (user.instanceAdmin) return { ok: true, name: user.email };
	await transaction`UPDATE users SET instance_admin = true WHERE id = ${userId}`;
	await audit.record(transaction, null, actor, { action: 'added an instance admin', target: user.email });
	return { ok: true, name: user.email };
}

async function withdrawAdminIn(
	transaction: Queryable,
	actor: audit.Person,
	userId: string,
	admins: string[]
): Promise<Administered> {
	const user = await lockUser(transaction, userId);
	if (!user) return noUser;
	if (!user.instanceAdmin) return { ok: true, name: user.email };
	if (admins.every((id) => id === userId)) {
		return refuse('This is the last active instance admin: make another one first.');
	}
	await transaction`UPDATE users SET instance_admin = false WHERE id = ${userId}`;
	await audit.record(transaction, null, actor, { action: 'removed an instance admin', target: user.email });
	return { ok: true, name: user.email };
}

/** Reads the user once nobody else is changing them. */
async function lockUser(transaction: Queryable, userId: string): Promise<Person | null> {
	const [user] = await transaction<Person[]>`
		SELECT id, email, instance_admin AS "instanceAdmin", suspended_at IS NOT NULL AS "isSuspended"
		FROM users WHERE id = ${userId} FOR NO KEY UPDATE`;
	return user ?? null;
}

const refuse = (fault: string): Administered => ({ ok: false, status: 400, fault });

const notAdmin: Administered = {
	ok: false,
	status: 403,
	fault: 'You are no longer an instance admin.'
};
const signedOut: Administered = {
	ok: false,
	status: presence.signedOut.status,
	fault: presence.signedOut.faults.form
};
const noOrganization: Administered = {
	ok: false,
	status: 404,
	fault: 'This organization was deleted.'
};
const noUser: Administered = {
	ok: false,
	status: 404,
	fault: 'This account was deleted.'
};

export const suspendOrganization = by(noOrganization, suspendOrganizationIn);
export const restoreOrganization = by(noOrganization, restoreOrganizationIn);
export const suspendUser = by(noUser, suspendUserIn);
export const restoreUser = by(noUser, restoreUserIn);
export const grantAdmin = by(noUser, grantAdminIn);
export const withdrawAdmin = by(noUser, withdrawAdminIn);
