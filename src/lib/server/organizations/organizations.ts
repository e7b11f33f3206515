import { v7 as uuid } from 'uuid';
import { roots } from '../ingest/protocols/routes.ts';
import { advisoryLocks } from '../postgres/advisory-locks.ts';
import * as v from 'valibot';
import type { Organization } from '../access/memberships.ts';
import { line } from '../forms/forms.ts';
import type { Role } from '../postgres/words.ts';
import * as audit from '../audit/audit.ts';
import { digest } from '../digest.ts';
import type { Queryable } from '../postgres/queryable.ts';

/** First path segments that are, or may become, something other than an organization. */
const reserved = new Set(
	`account accounts admin api auth cli confirm deploys docs favicon healthz help invitation invitations invite login logout
	logs loki metrics new org orgs ready readyz reset-password robots settings sign-in sign-out sign-up static status
	tailrace user users v1 v2`.split(/\s+/)
);
export const slugLength = 48;
/** Whether a slug is the first part of paths that lead elsewhere. */
export function isReserved(slug: string): boolean {
	return reserved.has(slug) || roots.has(slug);
}

/**
 * Waits until no other transaction, on any instance, gives an organization its slug, and blocks others to the end of this one:
 * current and old slugs are in two tables, and no constraint spans both.
 */
export async function lockSlugs(transaction: Queryable): Promise<void> {
	await transaction`SELECT pg_advisory_xact_lock(${advisoryLocks.slugs})`;
}

/** Why no organization can have this name, as a sentence to show, or null. */
export function fault(name: string): string | null {
	const slug = slugOf(name);
	return isReserved(slug) ? `"${slug}" is reserved by Tailrace: choose another name.` : null;
}

/** The field of a form for the name of an organization that is to be created. */
export const nameField = v.pipe(
	line,
	v.nonEmpty('Name your organization.'),
	v.check(
		(name) => fault(name) === null,
		({ input }) => fault(input) ?? ''
	)
);

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
	await lockSlugs(transaction);
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
