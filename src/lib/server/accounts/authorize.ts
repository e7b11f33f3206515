import type { Scope } from '../postgres/schema.ts';
import type { Credential } from './access.ts';
import type { Accounts } from './accounts.ts';
import { may } from './roles.ts';

/** Where a request may act. */
export interface Access {
	/** The organization's id. */
	org: string;
	/** Its place in the addresses of pages. */
	slug: string;
	credential: Credential;
}

export type Authorized =
	{ ok: true; access: Access } | { ok: false; status: 400 | 401 | 403 | 404; detail: string };

/** What a request says about who sends it. */
export interface Claim {
	/** The header `Authorization`. */
	authorization: string | null;
	/** The parameter `org`. */
	slug: string | null;
	userId: string | undefined;
	sessionId: string | null;
}

const refuse = (status: 400 | 401 | 403 | 404, detail: string): Authorized => ({ ok: false, status, detail });

/**
 * Decides by the rules of API.md ("Who is asking"): a key belongs to one organization and needs the scope; a session needs a
 * membership in the organization that the page names, with a role that covers it.
 */
export async function authorize(accounts: Accounts, claim: Claim, scope: Scope): Promise<Authorized> {
	if (claim.authorization !== null) return byKey(accounts, claim.authorization, claim.slug, scope);
	if (claim.userId === undefined || claim.sessionId === null) {
		return refuse(401, 'Send an API key as "Authorization: Bearer <key>", or sign in.');
	}
	return bySession(accounts, claim.userId, claim.sessionId, claim.slug, scope);
}

async function byKey(
	accounts: Accounts,
	header: string,
	slug: string | null,
	scope: Scope
): Promise<Authorized> {
	const secret = secretIn(header);
	const key = secret === null ? null : await accounts.keys.find(secret);
	if (!key)
		return refuse(
			401,
			'This API key is not valid. It may have been revoked: make a new one in the settings.'
		);
	if (slug !== null && slug !== key.slug) return notFound(slug);
	if (!key.scopes.includes(scope)) return refuse(403, `This API key lacks the scope "${scope}".`);
	return { ok: true, access: { org: key.org, slug: key.slug, credential: { kind: 'key', keyId: key.id } } };
}

async function bySession(
	accounts: Accounts,
	userId: string,
	sessionId: string,
	slug: string | null,
	scope: Scope
): Promise<Authorized> {
	if (slug === null) return refuse(400, 'Name the organization: add ?org=<slug>.');
	const membership = await accounts.organizations.membership(userId, slug);
	if (!membership) return notFound(slug);
	if (!may(membership.role, permissionOf[scope]))
		return refuse(403, `Your role (${membership.role}) may not do that.`);
	return {
		ok: true,
		access: { org: membership.org.id, slug, credential: { kind: 'session', sessionId, userId } }
	};
}

const permissionOf: Record<Scope, Parameters<typeof may>[1]> = { read: 'read', write: 'write' };

const notFound = (slug: string) => refuse(404, `There is no organization "${slug}" that you belong to.`);

/** The key in a Bearer header, or the password in a Basic one (for clients that know only Basic, RFC 7617). */
function secretIn(header: string): string | null {
	const [scheme = '', value = ''] = header.trim().split(/\s+/, 2);
	if (scheme.toLowerCase() === 'bearer') return value;
	if (scheme.toLowerCase() !== 'basic') return null;
	const decoded = Buffer.from(value, 'base64').toString('utf8');
	return decoded.slice(decoded.indexOf(':') + 1);
}
