import type { Queryable } from '../postgres/queryable.ts';
import type { Action } from './audit.ts';
import { patternsInJson, patternsOf } from '../lists/words.ts';
import { stretchOf, type AuditQuery } from './filter.ts';

export type Details = Record<string, string | number | boolean | null | string[]>;

/** One action in the audit. */
export interface ListedEvent {
	/** In order of occurrence. */
	id: string;
	at: Date;
	/** Null for a stranger and for the operator on the server's own machine. */
	actorId: string | null;
	/** The actor's e-mail address, or what was typed as one. */
	actor: string;
	action: Action;
	target: string | null;
	details: Details;
	address: string | null;
}

export interface InstanceEvent extends ListedEvent {
	/** The organization it was done to; null: none. */
	orgId: string | null;
	/** That organization's current or last name. Also null if it was deleted before such names were kept. */
	org: { slug: string; name: string; isDeleted: boolean } | null;
}

/** How far a search has come: up to and including this event. */
export interface Mark {
	id: string;
	at: Date;
}

/** Matching events of an organization, newest first: at most `most`, none older than the mark. */
export function ofOrganization(
	sql: Queryable,
	org: string,
	wanted: AuditQuery,
	most: number,
	mark?: Mark | null
) {
	return sql<ListedEvent[]>`
		SELECT e.id, e.at, e.actor_id AS "actorId", e.actor, e.action, e.target, e.details, e.address FROM audit_events e
		WHERE e.org_id = ${org} ${within(sql, wanted, mark)} ${having(sql, wanted.q)}
		ORDER BY e.id DESC LIMIT ${most}`;
}

/** The events of the whole instance, as `ofOrganization`, each once. An organization's name matches too. */
export function ofInstance(sql: Queryable, wanted: AuditQuery, most: number, mark?: Mark | null) {
	const [slug, name] = [sql`coalesce(o.slug, d.slug)`, sql`coalesce(o.name, d.name)`];
	return sql<InstanceEvent[]>`
		SELECT e.id, e.at, e.actor_id AS "actorId", e.actor, e.action, e.target, e.details, e.address, e.org_id AS "orgId",
			CASE WHEN ${slug} <> '' THEN json_build_object('slug', ${slug}, 'name', ${name}, 'isDeleted', o.id IS NULL) END AS org
		FROM audit_events e LEFT JOIN organizations o ON o.id = e.org_id LEFT JOIN deleted_organizations d ON d.id = e.org_id
		WHERE NOT e.is_copy ${within(sql, wanted, mark)} ${having(sql, wanted.q, sql`, ${slug}, ${name}`)}
		ORDER BY e.id DESC LIMIT ${most}`;
}

/** The last of an organization's next `count` events in the wanted days; null: there are fewer. */
export async function markOfOrganization(
	sql: Queryable,
	org: string,
	{ from, to, before }: AuditQuery,
	count: number
) {
	const [mark] = await sql<Mark[]>`
		SELECT e.id, e.at FROM audit_events e WHERE e.org_id = ${org} ${within(sql, { from, to, before })}
		ORDER BY e.id DESC OFFSET ${count - 1} LIMIT 1`;
	return mark ?? null;
}

/** The same for the instance, where copies are looked at too. */
export async function markOfInstance(sql: Queryable, { from, to, before }: AuditQuery, count: number) {
	const [mark] = await sql<Mark[]>`
		SELECT e.id, e.at FROM audit_events e WHERE true ${within(sql, { from, to, before })}
		ORDER BY e.id DESC OFFSET ${count - 1} LIMIT 1`;
	return mark ?? null;
}

/**
 * The conditions on id, time and action; only those asked for, because a plan cached for any parameters would sort half a
 * million events to get the newest 50. `IS TRUE` keeps the index on `at` out, for the same reason.
 */
function within(sql: Queryable, { from, to, before, action }: AuditQuery, mark?: Mark | null) {
	const { start, end, firstId, endId } = stretchOf({ from, to });
	return sql`
		${before === undefined ? sql`` : sql`AND e.id < ${before}`}
		${mark ? sql`AND e.id >= ${mark.id}` : sql``}
		${from === undefined ? sql`` : sql`AND e.id >= ${firstId} AND (e.at >= ${start}) IS TRUE`}
		${to === undefined ? sql`` : sql`AND e.id < ${endId} AND (e.at < ${end}) IS TRUE`}
		${action === undefined ? sql`` : sql`AND e.action = ${action}`}`;
}

/**
 * The condition that an event, or what is listed with it, contains each word of a search. First the JSON's text is searched,
 * because taking it apart costs five times as much; only hits are checked for whether the word is in the data or is JSON
 * syntax.
 */
function having(sql: Queryable, q: string | undefined, beside = sql``) {
	const patterns = patternsOf(q);
	if (patterns.length === 0) return sql``;
	const plain = sql`concat_ws(E'\n', e.actor, e.action, e.target, e.address ${beside})`;
	return sql`
		AND CASE WHEN lower(concat_ws(E'\n', to_json(${plain})::text, e.details::text)) LIKE ALL (${patternsInJson(q)}::text[])
			THEN lower(concat_ws(E'\n', ${plain}, (
				SELECT string_agg(part, E'\n') FROM (
					SELECT jsonb_object_keys(e.details) AS part
					UNION ALL SELECT jsonb_array_elements_text(jsonb_path_query_array(e.details, '$.*[*]'))
				) AS parts
			))) LIKE ALL (${patterns}::text[])
			ELSE false END`;
}
