import type { Queryable } from '../postgres/queryable.ts';
import type { Role } from '../postgres/words.ts';

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

/** The length of a slug with a number appended. */
const slugForm = /^[a-z\d-]{1,60}$/;

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
export async function find(sql: Queryable, userId: string, slug: string): Promise<Membership | null> {
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
export async function remember(sql: Queryable, userId: string, org: string): Promise<void> {
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
