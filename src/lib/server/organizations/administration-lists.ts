import { patternsOf } from '../lists/words.ts';
import { before, shown, type Page, type ListQuery } from '../lists/pages.ts';
import type { Queryable } from '../postgres/queryable.ts';

/** What instance admins see of an organization they may not belong to: counts, never its contents. */
export interface ListedOrganization {
	id: string;
	slug: string;
	name: string;
	members: number;
	/** Unexpired keys. */
	keys: number;
	suspendedAt: Date | null;
}

export interface ListedUser {
	id: string;
	name: string;
	email: string;
	organizations: number;
	instanceAdmin: boolean;
	suspendedAt: Date | null;
	/** When they last used a session, to the minute; null: never. */
	lastSeenAt: Date | null;
}

/** The organizations whose name or address contains all words, by name. */
export async function organizations(sql: Queryable, { q, page }: ListQuery) {
	const found = await sql<(ListedOrganization & { total: number })[]>`
		SELECT o.*,
			(SELECT count(*) FROM memberships m WHERE m.org_id = o.id) AS members,
			(SELECT count(*) FROM api_keys k WHERE k.org_id = o.id AND coalesce(k.expires_at > now(), true)) AS keys
		FROM (
			SELECT id, slug, name, suspended_at AS "suspendedAt", count(*) OVER () AS total FROM organizations
			WHERE concat_ws(E'\n', name, slug) ILIKE ALL (${patternsOf(q)}::text[])
			ORDER BY lower(name), id LIMIT ${shown} OFFSET ${before({ page })}
		) AS o ORDER BY lower(o.name), o.id`;
	return pageOf(found, page);
}

/** The users whose name or e-mail address contains all words, by address. */
export async function users(sql: Queryable, { q, page }: ListQuery) {
	const found = await sql<(ListedUser & { total: number })[]>`
		SELECT id, name, email, "instanceAdmin", "suspendedAt", total,
			(SELECT count(*) FROM memberships m WHERE m.user_id = u.id) AS organizations,
			greatest(u.seen_at, (SELECT max(last_used_at) FROM sessions s WHERE s.user_id = u.id)) AS "lastSeenAt"
		FROM (
			SELECT id, name, email, instance_admin AS "instanceAdmin", suspended_at AS "suspendedAt",
				last_seen_at AS seen_at, count(*) OVER () AS total FROM users
			WHERE concat_ws(E'\n', name, email) ILIKE ALL (${patternsOf(q)}::text[])
			ORDER BY email LIMIT ${shown} OFFSET ${before({ page })}
		) AS u ORDER BY u.email`;
	return pageOf(found, page);
}

function pageOf<Item>(found: (Item & { total: number })[], page: number): Page<Item> {
	const total = found[0]?.total ?? 0;
	const items = found.map(({ total: _, ...item }) => item as unknown as Item);
	return { items, total, page, pages: Math.max(1, Math.ceil(total / shown)) };
}
