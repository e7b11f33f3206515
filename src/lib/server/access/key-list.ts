import { validate as isUuid } from 'uuid';
import type { Scope } from '../postgres/words.ts';
import { patternsOf } from '../lists/words.ts';
import { before, placeOf, shown, type Page, type ListQuery } from '../lists/pages.ts';
import type { Queryable } from '../postgres/queryable.ts';
import type { KeyRequest } from './key-use.ts';

/** A key as its organization's admins see it: everything but the key itself, which is not stored. */
export interface ShownKey {
	id: string;
	name: string;
	prefix: string;
	scopes: Scope[];
	createdAt: Date;
	/** The creator's name; null if they are gone, or worked on the server's own machine. */
	createdBy: string | null;
	expiresAt: Date | null;
	isExpired: boolean;
	/** The last request that came with it, as far as written: see key-use.ts. */
	lastUse: { at: Date; address: string | null; request: KeyRequest } | null;
}

/** The keys of an organization whose name, prefix or creator contains all words, newest first. */
export async function of(sql: Queryable, org: string, wanted: ListQuery): Promise<Page<ShownKey>> {
	const patterns = patternsOf(wanted.q);
	const [found] = await sql<[{ total: number }]>`
		SELECT count(*) AS total FROM api_keys k LEFT JOIN users u ON u.id = k.created_by
		WHERE k.org_id = ${org} AND concat_ws(E'\n', k.name, k.prefix, u.name, u.email) ILIKE ALL (${patterns}::text[])`;
	const place = placeOf(found.total, wanted);
	const rows = await sql<{ id: string }[]>`
		SELECT k.id FROM api_keys k LEFT JOIN users u ON u.id = k.created_by
		WHERE k.org_id = ${org} AND concat_ws(E'\n', k.name, k.prefix, u.name, u.email) ILIKE ALL (${patterns}::text[])
		ORDER BY k.created_at DESC, k.id DESC LIMIT ${shown} OFFSET ${before(place)}`;
	const ids = rows.map(({ id }) => id);
	return { ...place, items: await read(sql, org, ids) };
}

/** One key of an organization, or null. */
export async function get(sql: Queryable, org: string, id: string): Promise<ShownKey | null> {
	if (!isUuid(id)) return null;
	const [key] = await read(sql, org, [id]);
	return key ?? null;
}

interface Row extends Omit<ShownKey, 'lastUse'> {
	usedAt: Date | null;
	usedFrom: string | null;
	request: KeyRequest | null;
}

/** An organization's keys with one of the ids, newest first. */
async function read(sql: Queryable, org: string, ids: string[]): Promise<ShownKey[]> {
	const rows = await sql<Row[]>`
		SELECT k.id, k.name, k.prefix, k.scopes, k.created_at AS "createdAt",
			coalesce(nullif(u.name, ''), u.email) AS "createdBy",
			k.expires_at AS "expiresAt", coalesce(k.expires_at <= now(), false) AS "isExpired",
			k.last_used_at AS "usedAt", k.last_used_address AS "usedFrom", k.last_request AS request
		FROM api_keys k LEFT JOIN users u ON u.id = k.created_by
		WHERE k.org_id = ${org} AND k.id = ANY (${ids}::uuid[])
		ORDER BY k.created_at DESC, k.id DESC`;
	return rows.map(shownAs);
}

function shownAs({ usedAt, usedFrom, request, ...key }: Row): ShownKey {
	const lastUse = usedAt && request ? { at: usedAt, address: usedFrom, request } : null;
	return { ...key, lastUse };
}
