import { v7 as uuid } from 'uuid';
import { advisoryLocks } from '../postgres/advisory-locks.ts';
import type { Role } from '../postgres/schema.ts';
import * as audit from '../audit/audit.ts';
import { digest } from '../digest.ts';
import type { Queryable } from '../postgres/queryable.ts';

export interface Organization {
	id: string;
	/** Its part of URLs: `a-z`, `0-9` and single dashes. */
	slug: string;
	name: string;
	retentionDays: number;
	isSuspended: boolean;
}

export interface Membership {
	org: Organization;
	role: Role;
}

/** First path segments that are, or may become, something other than an organization. */
const reserved = new Set(
	`account accounts admin api auth cli confirm deploys docs favicon healthz help invitation invitations invite login logout
	logs loki metrics new org orgs ready readyz reset-password robots settings sign-in sign-out sign-up static status
	tailrace user users v1 v2`.split(/\s+/)
);
export const slugLength = 48;
/** The length of a slug with a number appended. */
const slugForm = /^[a-z\d-]{1,60}$/;

/** Whether a slug is the first part of paths that lead elsewhere. */
export function isReserved(slug: string): boolean {
	return reserved.has(slug);
}

/**
 * Waits until no other transaction, on any instance, gives an organization its slug, and blocks others to the end of this one:
 * current and old slugs are in two tables, and no constraint spans both.
 */
export async function takeTurns(transaction: Queryable): Promise<void> {
	await transaction`SELECT pg_advisory_xact_lock(${advisoryLocks.slugs})`;
}

/** Why no organization can have this name, as a sentence to show, or null. */
export function fault(name: string): string | null {
	const slug = slugOf(name);
	return isReserved(slug) ? `"${slug}" is reserved by Tailrace: choose another name.` : null;
}

/** The slug for a name: the same name always gives the same slug. A name without Latin letters or digits gets a digest. */
export function slugOf(name: string): string {
	const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
	const slug = plain.replace(/[^a-z\d]+/g, '-').slice(0, slugLength);
	return slug.replace(/^-|-$/g, '') || `org-${digest(name).slice(0, 8)}`;
}

/** Creates an organization and its owner; appends a number if the slug is taken. Throws for a name that has a `fault`. */
export async function create(
	transaction: Queryable,
	ownerId: string,
	{ name, retentionDays }: { name: string; retentionDays: number },
	actor: audit.Actor
): Promise<Organization> {
	if (fault(name)) throw new Error(`an organization cannot be named ${name}`);
	const org = await insert(transaction, {
		id: uuid(),
		slug: slugOf(name),
		name,
		retentionDays,
		isSuspended: false
	});
	await join(transaction, org.id, ownerId, 'owner');
	await audit.record(transaction, org.id, actor, { action: 'created the organization', target: name });
	return org;
}

async function insert(transaction: Queryable, org: Organization): Promise<Organization> {
	await takeTurns(transaction);
	for (let number = 1; ; number++) {
		const slug = number === 1 ? org.slug : `${org.slug}-${number}`;
		const inserted = await transaction`
			INSERT INTO organizations (id, slug, name, retention_days)
			SELECT ${org.id}, ${slug}, ${org.name}, ${org.retentionDays}
			WHERE NOT EXISTS (SELECT FROM old_slugs WHERE slug = ${slug})
			ON CONFLICT (slug) DO NOTHING`;
		if (inserted.count === 1) return { ...org, slug };
	}
}

/** Makes a user a member with a role; an existing member keeps theirs. Returns whether they are new. */
export async function join(sql: Queryable, org: string, userId: string, role: Role): Promise<boolean> {
	const joined = await sql`
		INSERT INTO memberships (org_id, user_id, role) VALUES (${org}, ${userId}, ${role})
		ON CONFLICT (org_id, user_id) DO NOTHING`;
	return joined.count === 1;
}

/** The organization that has or had a slug, whoever asks: for the server's own use. */
export async function findBySlug(sql: Queryable, slug: string): Promise<Organization | null> {
	if (!slugForm.test(slug)) return null;
	const [org] = await sql<Organization[]>`
		SELECT id, slug, name, retention_days AS "retentionDays", suspended_at IS NOT NULL AS "isSuspended"
		FROM organizations
		WHERE slug = ${slug} OR id = (SELECT org_id FROM old_slugs WHERE old_slugs.slug = ${slug})
		ORDER BY slug = ${slug} DESC LIMIT 1`;
	return org ?? null;
}

/** Whether an organization has or had a slug. */
export async function isAddressOf(sql: Queryable, org: string, slug: string): Promise<boolean> {
	return (await findBySlug(sql, slug))?.id === org;
}

/** A user's role in the organization that has or had a slug; null for non-members, as if the organization did not exist. */
export async function membership(sql: Queryable, userId: string, slug: string): Promise<Membership | null> {
	if (!slugForm.test(slug)) return null;
	const [found] = await sql<(Organization & { role: Role })[]>`
		SELECT o.id, o.slug, o.name, o.retention_days AS "retentionDays", o.suspended_at IS NOT NULL AS "isSuspended", m.role
		FROM memberships m JOIN organizations o ON o.id = m.org_id
		WHERE m.user_id = ${userId}
			AND (o.slug = ${slug} OR o.id = (SELECT org_id FROM old_slugs WHERE old_slugs.slug = ${slug}))
		ORDER BY o.slug = ${slug} DESC LIMIT 1`;
	return found ? membershipOf(found) : null;
}

/** A user's organizations, by name: all, or the first `most`. */
export async function ofUser(
	sql: Queryable,
	userId: string,
	most: number | null = null
): Promise<Membership[]> {
	const found = await sql<(Organization & { role: Role })[]>`
		SELECT o.id, o.slug, o.name, o.retention_days AS "retentionDays", o.suspended_at IS NOT NULL AS "isSuspended", m.role
		FROM memberships m JOIN organizations o ON o.id = m.org_id
		WHERE m.user_id = ${userId} ORDER BY lower(o.name), o.id LIMIT ${most}`;
	return found.map(membershipOf);
}

/** Makes `/` lead its member to this organization, unless it is deleted at that moment. */
export async function remember(sql: Queryable, org: string, userId: string): Promise<void> {
	try {
		await sql`
			UPDATE users SET last_org_id = ${org} WHERE id = ${userId} AND last_org_id IS DISTINCT FROM ${org}::uuid`;
	} catch (error) {
		if ((error as { code?: string }).code !== '23503') throw error; // foreign_key_violation
	}
}

/** The slug of the organization that a user viewed last and still belongs to, or of their first; null without any. */
export async function lastOf(sql: Queryable, userId: string): Promise<string | null> {
	const [found] = await sql<{ slug: string }[]>`
		SELECT o.slug FROM memberships m JOIN organizations o ON o.id = m.org_id JOIN users u ON u.id = m.user_id
		WHERE m.user_id = ${userId}
		ORDER BY o.suspended_at IS NOT NULL, (o.id = u.last_org_id) IS NOT TRUE, lower(o.name), o.id LIMIT 1`;
	return found?.slug ?? null;
}

function membershipOf({ role, ...org }: Organization & { role: Role }): Membership {
	return { org, role };
}
