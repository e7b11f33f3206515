import { resolve } from '$app/paths';
import type { ResolvedPathname } from '$app/types';

/** What the URL of the Logs page says. */
export interface View {
	q?: string;
	/** Times as in `period.Period`. */
	from?: string | null;
	to?: string | null;
	at?: string | null;
	/** The open line. */
	entry?: number | null;
	/** Where older lines go on, without JavaScript. */
	cursor?: string | null;
}

const names = ['q', 'from', 'to', 'at', 'entry', 'cursor'] as const;

/** The URL of the Logs page. */
export function of(org: string, view: View): ResolvedPathname {
	const parameters = new URLSearchParams();
	for (const name of names) if (view[name]) parameters.set(name, String(view[name]));
	if (parameters.size === 0) return resolve('/(app)/[org]/logs', { org });
	return resolve(`/(app)/[org]/logs?${parameters}`, { org });
}

/** The entry that a URL opens, or null. */
export function entryIn(address: URL): number | null {
	const seq = Number(address.searchParams.get('entry'));
	return Number.isSafeInteger(seq) && seq > 0 ? seq : null;
}
