import type { Deploy } from '../../../src/lib/log/deploy.ts';
import type { Site } from '../server/site.ts';

interface Org {
	id: string;
	slug: string;
}

/**
 * The state of a scene, as text to compare: of its organization and of everyone and everything with the slug in the name.
 * Everything that a way into the server can change, except when and where someone was last seen, which is noted even for
 * refused requests. The cookie is the owner's.
 */
export async function stateOf(site: Site, org: Org, cookie: string): Promise<string> {
	const [rows, deploys] = await Promise.all([rowsOf(site, org), deploysOf(site, org.slug, cookie)]);
	return JSON.stringify({ ...rows, deploys }, null, '\t');
}

/** In one query, because the matrix runs it a few hundred times. */
async function rowsOf({ database: { sql } }: Site, { id, slug }: Org) {
	const ofScene = `%${slug}%`;
	const [rows] = await sql`
		WITH people AS (
			SELECT id, email, name, password_hash, instance_admin, suspended_at FROM users WHERE email LIKE ${ofScene}
		), orgs AS (
			SELECT id, slug, name, retention_days, deploy_days, deploys_kept, suspended_at FROM organizations WHERE id = ${id} OR name LIKE ${ofScene}
		)
		SELECT
			(SELECT json_agg(p ORDER BY id) FROM people p) AS people,
			(SELECT json_agg(o ORDER BY id) FROM orgs o) AS organizations,
			(SELECT json_agg(ARRAY[user_id::text, id] ORDER BY id) FROM sessions
				WHERE user_id IN (SELECT id FROM people)) AS sessions,
			(SELECT json_agg(ARRAY[org_id::text, user_id::text, role] ORDER BY org_id, user_id) FROM memberships
				WHERE org_id = ${id} OR user_id IN (SELECT id FROM people)) AS memberships,
			(SELECT json_agg(ARRAY[slug, org_id::text] ORDER BY slug) FROM old_slugs
				WHERE org_id IN (SELECT id FROM orgs)) AS old_slugs,
			(SELECT json_agg(id) FROM deleted_organizations WHERE id = ${id}) AS deleted,
			(SELECT json_agg(ARRAY[org_id::text, email, role, hash] ORDER BY id) FROM invitations
				WHERE org_id = ${id} OR email LIKE ${ofScene}) AS invitations,
			(SELECT json_agg(ARRAY[hash, purpose, user_id::text, email, data::text] ORDER BY hash) FROM email_tokens
				WHERE email LIKE ${ofScene} OR user_id IN (SELECT id FROM people)) AS email_tokens,
			(SELECT json_agg(ARRAY[id::text, name, scopes::text, expires_at::text] ORDER BY id) FROM api_keys
				WHERE org_id = ${id}) AS keys,
			(SELECT json_agg(ARRAY[id::text, actor, action, target] ORDER BY id) FROM audit_events
				WHERE org_id = ${id} OR actor LIKE ${ofScene} OR target LIKE ${ofScene}) AS audit,
			-- Not the head: a deploy tells of itself there, at a time of its own.
			(SELECT json_agg(first_seq ORDER BY first_seq) FROM log_chunks
				WHERE org_id = ${id} AND position('"hello"' IN convert_from(head, 'UTF8')) > 0) AS lines`;
	return rows;
}

/** Through the API, because they are in a database that belongs to the server alone. */
async function deploysOf({ server }: Site, slug: string, cookie: string) {
	const answer = await fetch(`${server.url}/api/deploys?org=${slug}`, { headers: { cookie } });
	const { deploys } = (await answer.json()) as { deploys?: Deploy[] };
	return deploys?.map(({ id, status, size }) => [id, status, size]) ?? `answered with ${answer.status}`;
}
