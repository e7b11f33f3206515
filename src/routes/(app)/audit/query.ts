import { error } from '@sveltejs/kit';
import { parse, type AuditQuery, type AuditFilter } from '$server/audit/filter';
import type { Format } from '$server/audit/export';

/** A URL's audit filter; refused with a sentence if unreadable. */
export function wantedOf(url: URL): AuditQuery {
	const parsed = parse(url.searchParams);
	if (!parsed.ok) error(400, parsed.detail);
	return parsed.wanted;
}

/** The URLs around a page of events, as queries: the next page, the first, and everything as a file. */
export function linksOf({ before, ...filter }: AuditQuery, next: string | null) {
	return {
		older: next === null ? null : queryOf({ ...filter, before: next }),
		newest: before === undefined ? null : queryOf(filter),
		csv: queryOf({ ...filter, format: 'csv' }),
		ndjson: queryOf({ ...filter, format: 'ndjson' })
	};
}

function queryOf(parameters: AuditFilter & { before?: string; format?: Format }): `?${string}` {
	const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
	return `?${new URLSearchParams(given)}`;
}
