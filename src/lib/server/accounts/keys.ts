import { randomBytes } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import type { Scope } from '../postgres/schema.ts';
import { digest } from './digest.ts';
import type { Queryable } from './queryable.ts';

export interface Key {
	id: string;
	org: string;
	/** Of the organization. */
	slug: string;
	scopes: Scope[];
}

/** What cannot be a key costs no query. */
const form = /^tr_[\w-]{43}$/;
/** `tr_` and as many characters as tell keys apart in a list, with 220 bits left unknown. */
const prefixLength = 9;

/** Makes a key of 32 random bytes for an organization. It is returned this once; the database keeps its digest. */
export async function create(
	sql: Queryable,
	org: string,
	{ name, scopes }: { name: string; scopes: Scope[] }
): Promise<{ id: string; key: string }> {
	const id = uuid();
	const key = `tr_${randomBytes(32).toString('base64url')}`;
	await sql`
		INSERT INTO api_keys (id, org_id, name, prefix, hash, scopes)
		VALUES (${id}, ${org}, ${name}, ${key.slice(0, prefixLength)}, ${digest(key)}, ${scopes}::text[])`;
	return { id, key };
}

/** The organization and scopes that a key stands for, or null. */
export async function find(sql: Queryable, key: string): Promise<Key | null> {
	if (!form.test(key)) return null;
	const [found] = await sql<Key[]>`
		SELECT k.id, k.org_id AS org, o.slug, k.scopes
		FROM api_keys k JOIN organizations o ON o.id = k.org_id WHERE k.hash = ${digest(key)}`;
	return found ?? null;
}
