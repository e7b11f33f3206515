import type { Role } from '../postgres/words.ts';
import { patternsOf } from '../lists/words.ts';
import { before, placeOf, shown, type Page, type ListQuery } from '../lists/pages.ts';
import type { Queryable } from '../postgres/queryable.ts';

/** A pending invitation. */
export interface Invitation {
	id: string;
	email: string;
	role: Role;
	/** The inviter's e-mail address; null if that account is gone. */
	invitedBy: string | null;
	expiresAt: Date;
	isExpired: boolean;
}

/** An organization's pending invitations whose e-mail address contains all words, newest first. */
export async function of(sql: Queryable, org: string, wanted: ListQuery): Promise<Page<Invitation>> {
	const patterns = patternsOf(wanted.q);
	const [found] = await sql<[{ total: number }]>`
		SELECT count(*) AS total FROM invitations
		WHERE org_id = ${org} AND email ILIKE ALL (${patterns}::text[])`;
	const place = placeOf(found.total, wanted);
	const items = await sql<Invitation[]>`
		SELECT i.id, i.email, i.role, u.email AS "invitedBy", i.expires_at AS "expiresAt",
			i.expires_at <= now() AS "isExpired"
		FROM (
			SELECT * FROM invitations WHERE org_id = ${org} AND email ILIKE ALL (${patterns}::text[])
			ORDER BY created_at DESC, id LIMIT ${shown} OFFSET ${before(place)}
		) AS i LEFT JOIN users u ON u.id = i.invited_by
		ORDER BY i.created_at DESC, i.id`;
	return { ...place, items };
}
