import { randomBytes, randomUUID } from 'node:crypto';
import { digest } from '../../src/lib/server/digest.ts';
import * as emailTokens from '../../src/lib/server/mail/tokens.ts';
import type { EmailTokenPurpose } from '../../src/lib/server/postgres/words.ts';
import { connect, type Sql } from '../../src/lib/server/postgres/connect.ts';
import * as embedded from '../../src/lib/server/postgres/embedded.ts';
import type { Server } from '../support/server/server.ts';
import type { Organization } from './organization.ts';

export interface Shown {
	name: string;
	path: string;
}

/** A long name without a place to break, one of markup and one that would turn around what follows it: the worst that people type. */
const longName = 'Donaudampfschifffahrtsgesellschaftskapitänskajütenschlüssel'.slice(0, 60);
export const markup = '<img src=x onerror="document.title=1"><b>bold</b>\u202e';

/** Fills an organization with people, keys, invitations and events, and gives the pages on which they are. */
export async function everyPage(
	server: Server,
	org: Organization
): Promise<{ forStrangers: Shown[]; forOwner: Shown[] }> {
	const url = await embedded.connectUrl(server.dataDir);
	if (url === null) throw new Error('the server has no PostgreSQL');
	const sql = connect(url, { max: 1 });
	try {
		const filled = await fill(sql, org);
		return { forStrangers: pagesForStrangers(filled), forOwner: pagesForOwner(org.slug, filled) };
	} finally {
		await sql.end();
	}
}

async function fill(sql: Sql, { slug, email }: Organization) {
	const [found] = await sql<{ id: string }[]>`SELECT id FROM organizations WHERE slug = ${slug}`;
	const [owner] = await sql<
		{ id: string }[]
	>`UPDATE users SET instance_admin = true WHERE email = ${email} RETURNING id`;
	if (!found || !owner) throw new Error('the organization is not there');
	await sql`UPDATE organizations SET name = ${markup} WHERE id = ${found.id}`;
	for (const name of [longName, markup]) {
		const id = randomUUID();
		await sql`INSERT INTO users (id, email, name, password_hash) VALUES (${id}, ${`${id}@${slug}.example`}, ${name}, 'none')`;
		await sql`INSERT INTO memberships (org_id, user_id, role) VALUES (${found.id}, ${id}, 'member')`;
	}
	const token = randomBytes(32).toString('base64url');
	await sql`
		INSERT INTO invitations (id, org_id, email, role, hash, expires_at)
		VALUES (${randomUUID()}, ${found.id}, ${`${longName}@${slug}.example`}, 'viewer', ${digest(token)}, now() + interval '1 day')`;
	const [key] = await sql<
		{ id: string }[]
	>`UPDATE api_keys SET name = ${markup} WHERE org_id = ${found.id} RETURNING id`;
	const mail = (purpose: EmailTokenPurpose, to: string, userId: string | null) =>
		emailTokens.create(sql, {
			purpose,
			userId,
			email: to,
			data: { organization: markup, name: longName },
			lifeMs: 600_000
		});
	return {
		keyId: key?.id ?? '',
		invitation: token,
		reset: await mail('reset password', email, owner.id),
		change: await mail('change e-mail', `new@${slug}.example`, owner.id),
		signUp: await mail('sign up', `somebody@${slug}.example`, null)
	};
}

type Filled = Awaited<ReturnType<typeof fill>>;

function pagesForStrangers({ invitation, reset, signUp }: Filled): Shown[] {
	return [
		{ name: 'sign-in', path: '/sign-in' },
		{ name: 'sign-up', path: '/sign-up' },
		{ name: 'sign-up-by-mail', path: `/sign-up/${signUp}` },
		{ name: 'forgotten-password', path: '/reset-password' },
		{ name: 'new-password', path: `/reset-password/${reset}` },
		{ name: 'invitation', path: `/invitations/${invitation}` },
		{ name: 'invitation-not-valid', path: '/invitations/none' }
	];
}

function pagesForOwner(slug: string, { keyId, invitation, change }: Filled): Shown[] {
	return [
		{ name: 'logs-empty', path: `/${slug}/logs` },
		{ name: 'deploys-empty', path: `/${slug}/deploys` },
		{ name: 'settings', path: `/${slug}/settings` },
		{ name: 'members', path: `/${slug}/settings/members` },
		{ name: 'keys', path: `/${slug}/settings/keys` },
		{ name: 'key', path: `/${slug}/settings/keys/${keyId}` },
		{ name: 'audit', path: `/${slug}/settings/audit` },
		{ name: 'audit-nothing', path: `/${slug}/settings/audit?q=nothing-like-it` },
		{ name: 'account', path: '/account' },
		{ name: 'account-new-address', path: `/account/confirm/${change}` },
		{ name: 'sessions', path: '/account/sessions' },
		{ name: 'organizations', path: '/account/organizations' },
		{ name: 'admin-organizations', path: '/admin' },
		{ name: 'admin-users', path: '/admin/users' },
		{ name: 'admin-audit', path: '/admin/audit' },
		{ name: 'invitation-for-another', path: `/invitations/${invitation}` },
		{ name: 'not-there', path: '/no-such-organization/logs' }
	];
}
