import type { Scope } from '../postgres/words.ts';
import type { Queryable } from '../postgres/queryable.ts';
import { findRevoked, type Credential } from './revocation.ts';
import type { KeyGuard } from './key-guard.ts';
import * as memberships from './memberships.ts';
import type { Key } from './keys.ts';
import { may } from './roles.ts';

/** Where a request may act. */
export interface Access {
	/** The organization's id. */
	org: string;
	/** Its part of page URLs. */
	slug: string;
	credential: Credential;
}

/** `key` is the key that the request came with, if any, even if it is refused. */
export type Authorized = { key?: Key | undefined } & (
	{ ok: true; access: Access } | { ok: false; status: Refusal; detail: string; retryAfterS?: number }
);
type Refusal = 400 | 401 | 403 | 404 | 429;

/** Where it is looked up who may. */
export interface Registers {
	sql: Queryable;
	keyGuard: KeyGuard;
}

/** What a request says about its sender. */
export interface Claim {
	/** The key that it came with (secret.ts), '' if it named none where one belongs; null if it came without. */
	secret: string | null;
	/** The parameter `org`. */
	slug: string | null;
	userId: string | undefined;
	sessionId: string | null;
	/** The network address it comes from. */
	address: string | null;
}

const refuse = (status: Refusal, detail: string, key?: Key): Authorized => ({
	ok: false,
	status,
	detail,
	key
});

/**
 * Decides by the rules of API.md ("Who is asking"): a key belongs to one organization and needs the scope; a session needs a
 * membership, in the organization that the page names, with a role that covers it.
 */
export async function authorize(registers: Registers, claim: Claim, scope: Scope): Promise<Authorized> {
	if (claim.secret !== null) return byKey(registers, claim, claim.secret, scope);
	if (claim.userId === undefined || claim.sessionId === null) {
		return refuse(401, 'Send an API key as "Authorization: Bearer <key>", or sign in.');
	}
	return bySession(registers, claim.userId, claim.sessionId, claim.slug, scope);
}

/**
 * Decides again for an allowed request once its body has arrived. A key costs no query as long as nothing has changed. A
 * session is also checked for having ended: at the start that was checked only once.
 */
export async function authorizeAgain(
	registers: Registers,
	claim: Claim,
	scope: Scope,
	{ org, slug, credential }: Access
): Promise<Authorized> {
	const again = await authorize(registers, claim, scope);
	if (!again.ok || credential.kind === 'key') return again;
	if (again.access.org !== org) return notFound(slug); // its old address has become another organization's
	const loss = (await findRevoked(registers.sql, org, [credential])).get(credential);
	return loss ? refuse(loss.reason === 'signed out' ? 401 : 403, loss.detail) : again;
}

async function byKey(
	registers: Registers,
	{ slug, address }: Claim,
	secret: string,
	scope: Scope
): Promise<Authorized> {
	const identified = await registers.keyGuard.identify(secret, address);
	if (identified.kind === 'limited') {
		const { retryAfterS } = identified;
		return { ok: false, status: 429, detail: tooMany(retryAfterS), retryAfterS };
	}
	if (identified.kind === 'none') return refuse(401, invalid);
	const { key } = identified;
	if (identified.kind === 'expired') return refuse(401, expired(key), key);
	if (slug !== null && slug !== key.slug && !(await memberships.isAddressOf(registers.sql, key.org, slug))) {
		return notFound(slug, key);
	}
	if (key.isSuspended) return refuse(403, suspended, key);
	if (!key.scopes.includes(scope)) return refuse(403, `This API key lacks the scope "${scope}".`, key);
	const credential = { kind: 'key' as const, keyId: key.id, expiresAt: key.expiresAt };
	return { ok: true, key, access: { org: key.org, slug: key.slug, credential } };
}

async function bySession(
	registers: Registers,
	userId: string,
	sessionId: string,
	slug: string | null,
	scope: Scope
): Promise<Authorized> {
	if (slug === null) return refuse(400, 'Name the organization: add ?org=<slug>.');
	const membership = await memberships.find(registers.sql, userId, slug);
	if (!membership) return notFound(slug);
	if (membership.org.isSuspended) return refuse(403, suspended);
	if (!may(membership.role, permissionOf[scope]))
		return refuse(403, `Your role (${membership.role}) does not allow that.`);
	return {
		ok: true,
		access: {
			org: membership.org.id,
			slug: membership.org.slug,
			credential: { kind: 'session', sessionId, userId }
		}
	};
}

const tooMany = (seconds: number) =>
	`Too many wrong API keys came from this address: try again in ${seconds} seconds.`;

const invalid = 'This API key is not valid. It may have been revoked: create a new one in the settings.';

const expired = ({ expiresAt }: Key) =>
	`This API key expired on ${expiresAt?.toISOString().slice(0, 10)}: create another one in Settings, API keys.`;

const suspended = 'This organization is suspended. Ask the administrator of the server.';

const permissionOf: Record<Scope, Parameters<typeof may>[1]> = { read: 'read', write: 'write' };

const notFound = (slug: string, key?: Key) =>
	refuse(404, `Organization "${slug}" not found, or you are not a member.`, key);
