import type { Sql } from '../postgres/connect.ts';
import * as events from './events.ts';
import type { InstanceEvent, ListedEvent } from './events.ts';
import type { AuditFilter, AuditQuery } from './filter.ts';
import { busy, type AuditPage, type Search, type EventReader } from './search.ts';

/** Events on a page, and events that an export reads at once. */
const shown = 50;
const batch = 1_000;

/** A page of an organization's matching events. */
export function of(sql: Sql, search: Search, org: string, wanted: AuditQuery, signal?: AbortSignal) {
	return show(search, organization(sql, org), wanted, signal);
}

/** A page of the whole instance's matching events, each once. */
export function ofInstance(sql: Sql, search: Search, wanted: AuditQuery, signal?: AbortSignal) {
	return show(search, instance(sql), wanted, signal);
}

/**
 * Every matching event of an organization, in batches of at most 1,000, each read on demand: no connection is held
 * in between. Ends when the signal is aborted.
 */
export function everyOf(sql: Sql, search: Search, org: string, filter: AuditFilter, signal?: AbortSignal) {
	return batches(search, organization(sql, org), filter, signal);
}

/** Every matching event of the instance, as `everyOf`. */
export function everyOfInstance(sql: Sql, search: Search, filter: AuditFilter, signal?: AbortSignal) {
	return batches(search, instance(sql), filter, signal);
}

/** Why an organization's matching events cannot all be read now; null: they can. */
export const refusalOf = (search: Search, org: string, filter: AuditFilter) =>
	search.isRefused(org, filter) ? busy : null;

/** The same for the events of the instance. */
export const refusalOfInstance = (search: Search, filter: AuditFilter) =>
	search.isRefused(ofAll, filter) ? busy : null;

/** The owner of searches of the whole instance. */
const ofAll = 'instance';

const organization = (sql: Sql, org: string): EventReader<ListedEvent> => ({
	owner: org,
	read: (wanted, most, mark) => events.ofOrganization(sql, org, wanted, most, mark),
	mark: (wanted, count) => events.markOfOrganization(sql, org, wanted, count)
});

const instance = (sql: Sql): EventReader<InstanceEvent> => ({
	owner: ofAll,
	read: (wanted, most, mark) => events.ofInstance(sql, wanted, most, mark),
	mark: (wanted, count) => events.markOfInstance(sql, wanted, count)
});

async function show<Event extends ListedEvent>(
	search: Search,
	source: EventReader<Event>,
	wanted: AuditQuery,
	signal?: AbortSignal
): Promise<AuditPage<Event>> {
	if (search.isRefused(source.owner, wanted)) return { events: [], next: null, notice: busy };
	return search.page(source, wanted, shown, signal);
}

async function* batches<Event extends ListedEvent>(
	search: Search,
	source: EventReader<Event>,
	filter: AuditFilter,
	signal?: AbortSignal
): AsyncGenerator<Event[], void> {
	let before: string | undefined;
	do {
		const page = await search.page(source, { ...filter, before }, batch, signal);
		yield page.events;
		before = page.next ?? undefined;
	} while (before !== undefined);
}
