import type { Role } from '../postgres/words.ts';
import { patternsOf } from '../lists/words.ts';
import { before, placeOf, shown, type Page, type ListQuery } from '../lists/pages.ts';
import type { Queryable } from '../postgres/queryable.ts';

export interface Member {
	id: string;
	name: string;
	email: string;
	role: Role;
	isSuspended: boolean;
	/** Whether nobody else can act as owner: such a member can neither leave nor get another role. */
	isLastOwner: boolean;
	since: Date;
	lastSeenAt: Date | null;
}

/** The members of an organization whose name or e-mail address contains all words, by name. */
export async function of(sql: Queryable, org: string, wanted: ListQuery): Promise<Page<Member>> {
	const place = placeOf(await count(sql, org, wanted), wanted);
	const items = await sql<Member[]>`
		SELECT f.*, f.role = 'owner' AND NOT EXISTS (
			SELECT FROM memberships o JOIN users u ON u.id = o.user_id
			WHERE o.org_id = ${org} AND o.role = 'owner' AND o.user_id <> f.id AND u.suspended_at IS NULL
		) AS "isLastOwner"
		FROM (
			SELECT * FROM (${everybody(sql, org)}) AS e
			WHERE concat_ws(E'\n', name, email) ILIKE ALL (${patternsOf(wanted.q)}::text[])
			ORDER BY lower(name), email LIMIT ${shown} OFFSET ${before(place)}
		) AS f ORDER BY lower(f.name), f.email`;
	return { ...place, items };
}

async function count(sql: Queryable, org: string, { q }: ListQuery): Promise<number> {
	const [found] = await sql<[{ total: number }]>`
		SELECT count(*) AS total FROM (${everybody(sql, org)}) AS e
		WHERE concat_ws(E'\n', name, email) ILIKE ALL (${patternsOf(q)}::text[])`;
	return found.total;
}

/** `OFFSET 0`, because otherwise PostgreSQL searches all users of the server first, if most are members. */
function everybody(sql: Queryable, org: string) {
	return sql`
		SELECT u.id, u.name, u.email, m.role, u.suspended_at IS NOT NULL AS "isSuspended", m.created_at AS since,
			u.last_seen_at AS "lastSeenAt"
		FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.org_id = ${org} OFFSET 0`;
}
