import type { Action } from './audit.ts';
import { patternsOf, stretchOf, type Asked, type AuditFilter } from './filter.ts';
import type { Queryable } from '../queryable.ts';

export type Details = Record<string, string | number | boolean | null | string[]>;

/** What somebody did. */
export interface ListedEvent {
	/** In the order in which they happened. */
	id: string;
	at: Date;
	/** The e-mail address of who did it, or what was typed as one. */
	actor: string;
	action: Action;
	target: string | null;
	details: Details;
	address: string | null;
}

/** With the organization that it was done to: null if it was done to none, or to one that is no more. */
export interface InstanceEvent extends ListedEvent {
	org: { slug: string; name: string } | null;
}

export interface AuditPage<Event> {
	/** Newest first. */
	events: Event[];
	/** The `before` with which the list goes on; null at its end. */
	next: string | null;
}

/** Events of a page, unless told otherwise. */
const shown = 50;
/** Events that an export reads at once. */
const batch = 1_000;

/** The events of an organization that match, newest first. */
export async function of(
	sql: Queryable,
	org: string,
	asked: Asked,
	limit = shown
): Promise<AuditPage<ListedEvent>> {
	const events = await sql<ListedEvent[]>`
		SELECT e.id, e.at, e.actor, e.action, e.target, e.details, e.address FROM audit_events e
		WHERE e.org_id = ${org} ${within(sql, asked)} ${having(sql, asked.q)}
		ORDER BY e.id DESC LIMIT ${limit + 1}`;
	return pageOf(events, limit);
}

/** The events of the whole instance that match, newest first, each once. An organization is found by its name, too. */
export async function ofInstance(
	sql: Queryable,
	asked: Asked,
	limit = shown
): Promise<AuditPage<InstanceEvent>> {
	const events = await sql<InstanceEvent[]>`
		SELECT e.id, e.at, e.actor, e.action, e.target, e.details, e.address,
			CASE WHEN o.id IS NOT NULL THEN json_build_object('slug', o.slug, 'name', o.name) END AS org
		FROM audit_events e LEFT JOIN organizations o ON o.id = e.org_id
		WHERE NOT e.is_copy ${within(sql, asked)} ${having(sql, asked.q, sql`, o.slug, o.name`)}
		ORDER BY e.id DESC LIMIT ${limit + 1}`;
	return pageOf(events, limit);
}

/**
 * The conditions on id, time and action; only those that are asked for, because a plan that is kept for any parameters
 * would sort half a million events for the newest 50. `IS TRUE` keeps the index on `at` out, for the same reason.
 */
function within(sql: Queryable, { from, to, before, action }: Asked) {
	const { start, end, firstId, endId } = stretchOf({ from, to });
	return sql`
		${before === undefined ? sql`` : sql`AND e.id < ${before}`}
		${from === undefined ? sql`` : sql`AND e.id >= ${firstId} AND (e.at >= ${start}) IS TRUE`}
		${to === undefined ? sql`` : sql`AND e.id < ${endId} AND (e.at < ${end}) IS TRUE`}
		${action === undefined ? sql`` : sql`AND e.action = ${action}`}`;
}

/** The condition that each word of a search occurs in an event, or in what stands with it. */
function having(sql: Queryable, q: string | undefined, beside = sql``) {
	const patterns = patternsOf(q);
	if (patterns.length === 0) return sql``;
	return sql`
		AND concat_ws(E'\n', e.actor, e.action, e.target, e.address, CASE WHEN e.details <> '{}' THEN (
			SELECT string_agg(key || E'\n' || value, E'\n') FROM jsonb_each_text(e.details)
		) END ${beside}) ILIKE ALL (${patterns}::text[])`;
}

/**
 * Everything of an organization that matches, in batches of at most 1,000 events, each read when it is asked for: no
 * connection is held meanwhile.
 */
export function everyOf(
	sql: Queryable,
	org: string,
	filter: AuditFilter
): AsyncGenerator<ListedEvent[], void> {
	return batches((before) => of(sql, org, { ...filter, before }, batch));
}

/** Everything of the instance that matches, as `everyOf`. */
export function everyOfInstance(sql: Queryable, filter: AuditFilter): AsyncGenerator<InstanceEvent[], void> {
	return batches((before) => ofInstance(sql, { ...filter, before }, batch));
}

async function* batches<Event>(
	read: (before: string | undefined) => Promise<AuditPage<Event>>
): AsyncGenerator<Event[], void> {
	let before: string | undefined;
	do {
		const { events, next } = await read(before);
		yield events;
		before = next ?? undefined;
	} while (before !== undefined);
}

function pageOf<Event extends ListedEvent>(found: Event[], limit: number): AuditPage<Event> {
	const events = found.slice(0, limit);
	return { events, next: found.length > limit ? (events.at(-1)?.id ?? null) : null };
}
