import { v7 as uuid } from 'uuid';
import type { Role } from '../postgres/schema.ts';
import { digest } from './digest.ts';
import type { Queryable } from './queryable.ts';

export interface Organization {
	id: string;
	/** Its place in URLs: `a-z`, `0-9` and single dashes. */
	slug: string;
	name: string;
	retentionDays: number;
}

export interface Membership {
	org: Organization;
	role: Role;
}

/** First parts of paths that are, or may become, something else than an organization. */
const reserved = new Set(
	`account accounts admin api auth cli deploys docs favicon healthz help invitation invitations invite login logout
	logs loki metrics new org orgs ready readyz reset-password robots settings sign-in sign-out sign-up static status
	tailrace user users v1 v2`.split(/\s+/)
);
const slugLength = 48;
/** As long as a slug with a number behind it gets. */
const slugForm = /^[a-z\d-]{1,60}$/;

/** Why no organization can have this name, as a sentence to show, or null. */
export function fault(name: string): string | null {
	const slug = slugOf(name);
	return reserved.has(slug) ? `"${slug}" is a word of Tailrace itself: choose another name.` : null;
}

/** The slug that a name asks for: always the same for the same name. One without Latin letters or digits gets a digest. */
export function slugOf(name: string): string {
	const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
	const slug = plain.replace(/[^a-z\d]+/g, '-').slice(0, slugLength);
	return slug.replace(/^-|-$/g, '') || `org-${digest(name).slice(0, 8)}`;
}

/** Makes an organization and its owner; if the slug is taken it gets a number. Throws for a name that has a `fault`. */
export async function create(
	transaction: Queryable,
	ownerId: string,
	{ name, retentionDays }: { name: string; retentionDays: number }
): Promise<Organization> {
	if (fault(name)) throw new Error(`an organization cannot be named ${name}`);
	const org = await insert(transaction, { id: uuid(), slug: slugOf(name), name, retentionDays });
	await join(transaction, org.id, ownerId, 'owner');
	return org;
}

async function insert(transaction: Queryable, org: Organization): Promise<Organization> {
	for (let number = 1; ; number++) {
		const slug = number === 1 ? org.slug : `${org.slug}-${number}`;
		const inserted = await transaction`
			INSERT INTO organizations (id, slug, name, retention_days)
			VALUES (${org.id}, ${slug}, ${org.name}, ${org.retentionDays})
			ON CONFLICT (slug) DO NOTHING`;
		if (inserted.count === 1) return { ...org, slug };
	}
}

/** Makes a user a member with a role; who is one already keeps the role. */
export async function join(sql: Queryable, org: string, userId: string, role: Role): Promise<void> {
	await sql`
		INSERT INTO memberships (org_id, user_id, role) VALUES (${org}, ${userId}, ${role})
		ON CONFLICT (org_id, user_id) DO NOTHING`;
}

/** The organization with a slug, whoever asks: for the server's own use. */
export async function findBySlug(sql: Queryable, slug: string): Promise<Organization | null> {
	if (!slugForm.test(slug)) return null;
	const [org] = await sql<Organization[]>`
		SELECT id, slug, name, retention_days AS "retentionDays" FROM organizations WHERE slug = ${slug}`;
	return org ?? null;
}

/** What a user is in the organization with a slug; null if not a member, as if there were none. */
export async function membership(sql: Queryable, userId: string, slug: string): Promise<Membership | null> {
	if (!slugForm.test(slug)) return null;
	const [found] = await sql<(Organization & { role: Role })[]>`
		SELECT o.id, o.slug, o.name, o.retention_days AS "retentionDays", m.role
		FROM memberships m JOIN organizations o ON o.id = m.org_id
		WHERE m.user_id = ${userId} AND o.slug = ${slug}`;
	return found ? membershipOf(found) : null;
}

/** The organizations of a user, by name. */
export async function ofUser(sql: Queryable, userId: string): Promise<Membership[]> {
	const found = await sql<(Organization & { role: Role })[]>`
		SELECT o.id, o.slug, o.name, o.retention_days AS "retentionDays", m.role
		FROM memberships m JOIN organizations o ON o.id = m.org_id
		WHERE m.user_id = ${userId} ORDER BY lower(o.name), o.id`;
	return found.map(membershipOf);
}

function membershipOf({ role, ...org }: Organization & { role: Role }): Membership {
	return { org, role };
}
