/** Fetches the log lines of an organization. */
import * as digits from '../log/digits.ts';
import type { Entry } from '../log/entry.ts';
import { cap, type Found, type Skipped } from './lines.ts';

export interface Scope {
	/** The organization's slug. */
	org: string;
	query: string;
	/** The lines' earliest time, ISO 8601, if there is one. */
	since?: string | null;
}

/** The stream of lines after a cursor, at most as many lines back as the page can show with a marker for the rest. */
export function streamAddress(scope: Scope, after: string): string {
	return `/api/logs/stream?${parameters(scope, { after, window: cap - 1 })}`;
}

/**
 * Matching lines of a gap, from one of its ends on: at most 500, and at least one if there are any. Throws if the server
 * returns none.
 */
export async function ofGap(scope: Scope, gap: Skipped, end: Found['end']): Promise<Found> {
	const limit = Math.min(cap, gap.count);
	let found: Page = { logs: [], next: end === 'older' ? gap.from - 1 : gap.to + 1 };
	while (found.logs.length === 0 && found.next !== null && isInside(gap, found.next, end)) {
		// One answer looks at this many lines and no more.
		const bounds: Record<string, number> =
			end === 'older' ? { after: found.next, before: gap.to + 1 } : { before: found.next };
		found = await read(parameters(scope, { ...bounds, limit }));
	}
	const inside = found.logs.filter(({ seq }) => seq >= gap.from && seq <= gap.to);
	const isAll = found.next === null || !isInside(gap, found.next, end);
	return { entries: end === 'older' ? inside : inside.reverse(), end, reached: isAll ? null : found.next };
}

/** Matching lines around a line, half of them before it, oldest first. Throws if the server returns none. */
export async function around(scope: Scope, seq: number): Promise<Entry[]> {
	const limit = cap / 2;
	const [before, after] = await Promise.all([
		read(parameters(scope, { before: seq, limit })),
		read(parameters(scope, { after: seq - 1, limit }))
	]);
	return [...before.logs.reverse(), ...after.logs];
}

/** Matching lines before a line in the order of arrival, oldest first, and where to go on. Throws if the server returns none. */
export async function before(scope: Scope, seq: number): Promise<{ entries: Entry[]; next: number | null }> {
	const { logs, next } = await read(parameters(scope, { before: seq, limit: cap }));
	return { entries: logs.reverse(), next };
}

/** A line by its number, or the newest number if it does not exist (or no longer does). */
export async function line(org: string, seq: number): Promise<Entry | { head: number }> {
	const { logs, head = 0 } = await read(parameters({ org, query: '' }, { after: seq - 1, limit: 1 }));
	const [found] = logs;
	return found?.seq === seq ? found : { head };
}

/** The lines around a line in time, of all services, oldest first. Throws if the server returns none. */
export async function context(org: string, seq: number): Promise<Entry[]> {
	const wanted = new URLSearchParams({ org, all: '1', before: '250', after: '250' });
	const text = await textOf(`/api/logs/${seq}/context?${wanted}`);
	const { before, line, after } = digits.parse(text) as Record<'before' | 'after', Entry[]> & { line: Entry };
	return [...before, line, ...after];
}

/** A line as JSON, with its numbers as they came. Throws if the server does not return it. */
export function json(org: string, seq: number): Promise<string> {
	return textOf(`/api/logs/${seq}?${new URLSearchParams({ org })}`);
}

interface Page {
	logs: Entry[];
	/** The number of the newest line. */
	head?: number;
	/** Where to continue in the same direction; null at the end. */
	next: number | null;
}

/** Whether part of the gap lies beyond a number, as seen from one of its ends. */
function isInside(gap: Skipped, cursor: number, end: Found['end']): boolean {
	return end === 'older' ? cursor < gap.to : cursor > gap.from;
}

async function read(search: URLSearchParams): Promise<Page> {
	return digits.parse(await textOf(`/api/logs?${search}`)) as Page;
}

async function textOf(address: string): Promise<string> {
	const response = await fetch(address, { headers: { accept: 'application/json' } });
	if (!response.ok) throw new Error(`The server answered ${response.status}`);
	return response.text();
}

function parameters(scope: Scope, more: Record<string, string | number>): URLSearchParams {
	const all = new URLSearchParams({ org: scope.org, q: scope.query });
	if (scope.since) all.set('from', scope.since);
	for (const [name, value] of Object.entries(more)) all.set(name, String(value));
	return all;
}
