import { resolve } from '$app/paths';
import type { ResolvedPathname } from '$app/types';

/** The URL of the Logs page with a query, and with an entry open. */
export function of(org: string, query: string, entry: number | null = null): ResolvedPathname {
	const parameters = new URLSearchParams();
	if (query) parameters.set('q', query);
	if (entry !== null) parameters.set('entry', String(entry));
	if (parameters.size === 0) return resolve('/(app)/[org]/logs', { org });
	return resolve(`/(app)/[org]/logs?${parameters}`, { org });
}

/** The entry that a URL opens, or null. */
export function entryIn(address: URL): number | null {
	const seq = Number(address.searchParams.get('entry'));
	return Number.isSafeInteger(seq) && seq > 0 ? seq : null;
}
