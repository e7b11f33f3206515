import * as query from '../../log/query.ts';
import type { Entry } from '../../log/entry.ts';
import type { LogSearch } from './search.ts';

/** Warnings and errors of a service between two times, epoch milliseconds. */
export interface Trouble {
	service: string;
	from: number;
	to: number;
}

/** Lines that are looked at, the newest: their messages are told apart only up to here. */
const mostLines = 5_000;
const messageLength = 200;
const patience = 5_000; // ms

/**
 * How often each message occurred among a service's warnings and errors, the most frequent first, by their first 200 characters; of
 * the newest 5,000 lines. Announcements of deploys do not count.
 */
export async function troubleOf(
	search: LogSearch,
	org: string,
	{ service, from, to }: Trouble,
	signal: AbortSignal
): Promise<{ message: string; count: number }[]> {
	const text = `${query.equal('service', service)} level:>=warn`;
	const parsed = query.parse(text);
	if (!parsed.ok) throw new Error(`a service makes no query: ${text}`);
	const { lines } = await search.find({
		...{ org, query: parsed.query, text, from, to, first: 1, last: Number.MAX_SAFE_INTEGER },
		...{ order: { by: 'time', newestFirst: true }, after: null, counted: null, limit: mostLines },
		...{ histogram: null, fields: null, patience, signal }
	});
	const counts = new Map<string, number>();
	for (const { json } of lines) {
		const { message, attributes } = JSON.parse(json) as Entry;
		if ('deploy' in attributes) continue;
		const beginning = message.slice(0, messageLength);
		counts.set(beginning, (counts.get(beginning) ?? 0) + 1);
	}
	const rows = [...counts].map(([message, count]) => ({ message, count }));
	return rows.sort((a, b) => b.count - a.count || (a.message < b.message ? -1 : 1));
}
