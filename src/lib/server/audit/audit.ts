import { v7 as uuid } from 'uuid';
import type { Queryable } from '../postgres/queryable.ts';

/** Every recorded action: a sentence without its subject. */
export const actions = [
	'signed up',
	'signed in',
	'failed to sign in',
	'entered a wrong password',
	'signed out',
	'ended a session',
	'ended all other sessions',
	'changed their name',
	'asked to change their e-mail address',
	'changed their e-mail address',
	'changed their password',
	'asked for a password reset',
	'reset a password',
	'created the organization',
	'changed the name',
	'changed the address',
	'changed the retention',
	'changed the retention of deploys',
	'turned on reading plain text',
	'turned off reading plain text',
	'transferred ownership',
	'deleted the organization',
	'invited',
	'revoked an invitation',
	'joined',
	'used an invitation while already a member',
	'changed a role',
	'removed a member',
	'left',
	'created an API key',
	'revoked an API key',
	'suspended an organization',
	'restored an organization',
	'suspended a user',
	'restored a user',
	'added an instance admin',
	'removed an instance admin'
] as const;
export type Action = (typeof actions)[number];

/** Where a request comes from. */
export interface From {
	/** The client's network address; null for the server's own machine. */
	address: string | null;
	/** The header `User-Agent`. */
	userAgent: string | null;
}

export interface Actor extends From {
	/** Null for a stranger and for the operator on the server's own machine. */
	id: string | null;
	/** The e-mail address, or what was typed as one. */
	name: string;
}

/** Someone with an account who acts. */
export interface Person extends Actor {
	id: string;
	/** Database id of the session the request came with: when the session ends, so does what it asked for. */
	sessionId?: string | null;
}

/** The operator on the server's own machine, using the command line. */
export const operator: Actor = { id: null, name: "the server's machine", address: null, userAgent: null };

export interface Event {
	action: Action;
	/** Whom or what it was done to, in people's own terms. */
	target?: string;
	/** Anything else worth knowing; never a secret. */
	details?: Record<string, string | number | boolean | null | string[]>;
}

/** Appends an action on an organization (null: on the instance); call it in the transaction that performs it. */
export async function record(
	transaction: Queryable,
	org: string | null,
	actor: Actor,
	event: Event
): Promise<void> {
	await transaction`
		INSERT INTO audit_events (id, org_id, actor_id, actor, address, action, target, details)
		VALUES (${uuid()}, ${org}, ${actor.id}, ${actor.name}, ${actor.address}, ${event.action}, ${event.target ?? null},
			${JSON.stringify(event.details ?? {})}::text::jsonb)`;
}

/**
 * Appends an event about an account, once for the instance and once for each organization the user belongs to at that time, so
 * each organization's list is complete. The same work whether the user exists or not, and a fixed number of parameters however
 * many organizations there are: a statement takes 65,534.
 */
export async function recordOfAccount(
	transaction: Queryable,
	userId: string | null,
	actor: Actor,
	event: Event
): Promise<void> {
	const orgs = await transaction<{ org: string }[]>`
		SELECT org_id AS org FROM memberships WHERE user_id = ${userId}`;
	const owners = [null, ...orgs.map(({ org }) => org)];
	await transaction`
		INSERT INTO audit_events (id, org_id, is_copy, actor_id, actor, address, action, target, details)
		SELECT id, org, org IS NOT NULL, ${actor.id}::uuid, ${actor.name}, ${actor.address}, ${event.action},
			${event.target ?? null}, ${JSON.stringify(event.details ?? {})}::text::jsonb
		FROM unnest(${owners.map(() => uuid())}::uuid[], ${owners}::uuid[]) AS owners (id, org)`;
}

/** Deletes events older than a year, at most 10,000 at a time; returns how many. */
export async function forgetOld(sql: Queryable): Promise<number> {
	const forgotten = await sql`
		DELETE FROM audit_events WHERE id IN (
			SELECT id FROM audit_events WHERE at < now() - interval '1 year' ORDER BY at LIMIT 10000)`;
	return forgotten.count;
}
