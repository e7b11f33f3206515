/** Where the log lines of an organization come from. */
import type { Entry } from '../log/entry.ts';
import { cap } from './lines.ts';

export interface Scope {
	/** The organization's slug. */
	org: string;
	query: string;
}

/** The stream of what comes after a cursor, at most so many lines behind as the page can show with a marker for the rest. */
export function streamAddress(scope: Scope, after: string): string {
	return `/api/logs/stream?${parameters(scope, { after, window: cap - 1 })}`;
}

/** Matching lines between two line numbers, neither included, oldest first. Throws when the server gives none. */
export function between(scope: Scope, after: number, before: number): Promise<Entry[]> {
	return read(parameters(scope, { after, before, limit: cap }));
}

/** One line by its number; null when there is none (any more). */
export async function line(org: string, seq: number): Promise<Entry | null> {
	const [found] = await read(parameters({ org, query: '' }, { after: seq - 1, limit: 1 }));
	return found?.seq === seq ? found : null;
}

async function read(search: URLSearchParams): Promise<Entry[]> {
	const response = await fetch(`/api/logs?${search}`);
	if (!response.ok) throw new Error(`The server answered ${response.status}`);
	const { logs }: { logs: Entry[] } = await response.json();
	return logs;
}

function parameters(scope: Scope, more: Record<string, string | number>): URLSearchParams {
	const all = new URLSearchParams({ org: scope.org, q: scope.query });
	for (const [name, value] of Object.entries(more)) all.set(name, String(value));
	return all;
}
