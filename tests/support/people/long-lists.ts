import type { Sql } from '../../../src/lib/server/postgres/connect.ts';

/** How many of each to add to an organization. */
interface Counts {
	/** Called "Somebody No-001" and so on, with the addresses somebody-1@<org>.example and so on. */
	members?: number;
	/** For guest-1@<org>.example and so on. */
	invitations?: number;
	/** Called "key 1" and so on, the last one created first. */
	keys?: number;
}

/** Fills each of an organization's lists beyond one page. */
export async function fill(sql: Sql, org: string, { members = 0, invitations = 0, keys = 0 }: Counts) {
	await sql`
		WITH people AS (
			INSERT INTO users (id, email, name, password_hash)
			SELECT gen_random_uuid(), 'somebody-' || n || '@' || ${org} || '.example', 'Somebody No-' || to_char(n, 'FM000'), 'none'
			FROM generate_series(1, ${members}::int) n RETURNING id
		) INSERT INTO memberships (org_id, user_id, role) SELECT ${org}, id, 'member' FROM people`;
	await sql`
		INSERT INTO invitations (id, org_id, email, role, hash, expires_at)
		SELECT gen_random_uuid(), ${org}, 'guest-' || n || '@' || ${org} || '.example', 'viewer', gen_random_uuid(), now() + interval '1 day'
		FROM generate_series(1, ${invitations}::int) n`;
	await sql`
		INSERT INTO api_keys (id, org_id, name, prefix, hash, scopes, created_at)
		SELECT gen_random_uuid(), ${org}, 'key ' || n, 'tr_' || to_char(n, 'FM000000'), gen_random_uuid(), ARRAY['read'],
			now() - n * interval '1 second'
		FROM generate_series(1, ${keys}::int) n`;
}
