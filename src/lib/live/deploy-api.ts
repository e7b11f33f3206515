/** Fetches deploys and their logs. */
import type { Deploy } from '../log/deploy.ts';
import type { Row } from './deploy-screen.ts';
import { cap } from './lines.ts';

/** A deploy of an organization. */
export interface Address {
	/** The organization's slug. */
	org: string;
	id: string;
}

/** Null means any. */
export interface Filters {
	service: string | null;
	environment: string | null;
	status: string | null;
}

export interface Match {
	line: number;
	offset: number;
	text: string;
}

/** One answer has at most this many lines. */
const mostLines = 5000;

export function streamAddress({ org, id }: Address, from: string): string {
	return `/api/deploys/${id}/stream?${new URLSearchParams({ org, from })}`;
}

export function listStreamAddress(org: string): string {
	return `/api/deploys/stream?${new URLSearchParams({ org })}`;
}

/** The log as it was sent, to view or download. */
export function rawAddress({ org, id }: Address, download = false): string {
	return `/api/deploys/${id}/log?${new URLSearchParams({ org })}${download ? '&download' : ''}`;
}

/**
 * The rows of the lines from `first` to `last`, both inclusive, as a terminal shows them; `end` if no other row follows. Throws
 * if the server returns none.
 */
export function rows(
	deploy: Address,
	first: number,
	last: number
): Promise<{ rows: Row[]; end: boolean; total: number }> {
	const search = new URLSearchParams({ org: deploy.org, rows: `${first}-${last}` });
	return read(`/api/deploys/${deploy.id}/log?${search}`);
}

/** All rows of the lines from `first` to `last`, a few thousand at a time. */
export async function* allRows(deploy: Address, first: number, last: number): AsyncGenerator<Row[], void> {
	for (let next = first; next <= last;) {
		const to = Math.min(last, next + mostLines - 1);
		const found = await rows(deploy, next, to);
		// Lines that overwrite earlier rows return those again.
		yield found.rows.filter(({ line }) => line >= next && line <= last);
		if (found.end) return;
		next = Math.max(to, found.rows.at(-1)?.line ?? 0) + 1;
	}
}

/** The first row after a line that reports a failure; null if there is none. */
export async function failure(deploy: Address, after: number): Promise<Match | null> {
	const wanted = new URLSearchParams({ org: deploy.org, failures: '', after: String(after) });
	const { matches }: { matches: Match[] } = await read(`/api/deploys/${deploy.id}/log?${wanted}`);
	return matches[0] ?? null;
}

/** The rows after a line that contain a text, from the top; `more` if there are others after them. */
export function search(
	deploy: Address,
	text: string,
	after: number
): Promise<{ matches: Match[]; more: boolean }> {
	const wanted = new URLSearchParams({ org: deploy.org, q: text, after: String(after) });
	return read(`/api/deploys/${deploy.id}/log?${wanted}`);
}

/** The newest matching deploys, newest first, before a deploy if given. */
export function list(
	org: string,
	filters: Filters,
	before: string | null,
	limit = 50
): Promise<{ deploys: Deploy[]; next: string | null }> {
	const wanted = new URLSearchParams({ org, limit: String(limit) });
	for (const [name, value] of Object.entries({ ...filters, before })) if (value) wanted.set(name, value);
	return read(`/api/deploys?${wanted}`);
}

/** How many lines are fetched at once. */
export const page = cap;

async function read<Answer>(address: string): Promise<Answer> {
	const response = await fetch(address, { headers: { Accept: 'application/json' } });
	if (!response.ok) throw new Error(`The server answered ${response.status}`);
	return response.json();
}
