/** Where deploys and their logs come from. */
import type { Deploy, Line } from '../log/deploy.ts';
import { cap } from './lines.ts';

/** A deploy of an organization. */
export interface Address {
	/** The organization's slug. */
	org: string;
	id: string;
}

/** Null stands for any. */
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

/** One answer has at most so many lines, and of long ones fewer. */
const mostLines = 5000;

export function streamAddress({ org, id }: Address, from: string): string {
	return `/api/deploys/${id}/stream?${new URLSearchParams({ org, from })}`;
}

export function listStreamAddress(org: string): string {
	return `/api/deploys/stream?${new URLSearchParams({ org })}`;
}

/** The log as it was sent, to look at or to keep. */
export function rawAddress({ org, id }: Address, download = false): string {
	return `/api/deploys/${id}/log?${new URLSearchParams({ org })}${download ? '&download' : ''}`;
}

/** The lines from `first` to `last`, both inclusive, those that there are. Throws when the server gives none. */
export async function lines(deploy: Address, first: number, last: number): Promise<Line[]> {
	const found: Line[] = [];
	for (let next = first; next <= last;) {
		const wanted = `${next}-${Math.min(last, next + mostLines - 1)}`;
		const search = new URLSearchParams({ org: deploy.org, lines: wanted });
		const answer: { lines: Line[] } = await read(`/api/deploys/${deploy.id}/log?${search}`);
		found.push(...answer.lines);
		const reached = found.at(-1)?.line ?? 0;
		if (reached < next) break;
		next = reached + 1;
	}
	return found;
}

/** The lines after a line that contain a text, from the top; `more` when there are others behind them. */
export function search(
	deploy: Address,
	text: string,
	after: number
): Promise<{ matches: Match[]; more: boolean }> {
	const wanted = new URLSearchParams({ org: deploy.org, q: text, after: String(after) });
	return read(`/api/deploys/${deploy.id}/log?${wanted}`);
}

/** The newest deploys that pass, newest first, before a deploy when one is given. */
export function list(
	org: string,
	filters: Filters,
	before: string | null
): Promise<{ deploys: Deploy[]; next: string | null }> {
	const wanted = new URLSearchParams({ org, limit: '50' });
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
