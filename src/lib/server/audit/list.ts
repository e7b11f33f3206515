import type { Sql } from '../postgres/connect.ts';
import * as events from './events.ts';
import type { InstanceEvent, ListedEvent } from './events.ts';
import type { AuditFilter, Wanted } from './filter.ts';
import { busy, Search, type AuditPage, type Bounds, type Source } from './search.ts';

/** Events on a page, and events that an export reads at once. */
const shown = 50;
const batch = 1_000;

/** The audit of an organization, and of the whole instance. */
export function auditList(sql: Sql, bounds: Bounds = { stride: 10_000, patience: 5_000 }) {
	const search = new Search(bounds);
	const ofOrg = (org: string) => organization(sql, org);
	const all = instance(sql);

	return {
		/** A page of an organization's matching events. */
		of: (org: string, wanted: Wanted, signal?: AbortSignal) => show(search, ofOrg(org), wanted, signal),
		/** A page of the whole instance's matching events, each once. */
		ofInstance: (wanted: Wanted, signal?: AbortSignal) => show(search, all, wanted, signal),
		/**
		 * Every matching event of an organization, in batches of at most 1,000, each read on demand: no connection is held in
		 * between. Ends when the signal is aborted.
		 */
		everyOf: (org: string, filter: AuditFilter, signal?: AbortSignal) =>
			batches(search, ofOrg(org), filter, signal),
		/** Every matching event of the instance, as `everyOf`. */
		everyOfInstance: (filter: AuditFilter, signal?: AbortSignal) => batches(search, all, filter, signal),
		/** Why an organization's matching events cannot all be read now; null: they can. */
		refusalOf: (org: string, filter: AuditFilter) => (search.isRefused(ofOrg(org), filter) ? busy : null),
		/** The same for everything of the instance. */
		refusalOfInstance: (filter: AuditFilter) => (search.isRefused(all, filter) ? busy : null)
	};
}

const organization = (sql: Sql, org: string): Source<ListedEvent> => ({
	owner: org,
	read: (wanted, most, mark) => events.ofOrganization(sql, org, wanted, most, mark),
	mark: (wanted, count) => events.markOfOrganization(sql, org, wanted, count)
});

const instance = (sql: Sql): Source<InstanceEvent> => ({
	owner: 'instance',
	read: (wanted, most, mark) => events.ofInstance(sql, wanted, most, mark),
	mark: (wanted, count) => events.markOfInstance(sql, wanted, count)
});

async function show<Event extends ListedEvent>(
	search: Search,
	source: Source<Event>,
	wanted: Wanted,
	signal?: AbortSignal
): Promise<AuditPage<Event>> {
	if (search.isRefused(source, wanted)) return { events: [], next: null, notice: busy };
	return search.page(source, wanted, shown, signal);
}

async function* batches<Event extends ListedEvent>(
	search: Search,
	source: Source<Event>,
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
