import type { RequestEvent } from '@sveltejs/kit';
import type { Access } from '$server/access/authorize';
import { problem } from '$server/http/problem';
import * as cursors from '$server/search/cursor';
import type { Answer, Asked } from '$server/search/search';
import { searchFor } from './search-for';
import * as parameters from './parameters';

/** How long one request searches, in ms. */
const patience = 10_000;

/** GET /api/logs: a page of lines by time, the newest first; in the order of their arrival if `before` or `after` is given. */
export async function list({ request, url, locals }: RequestEvent, { org }: Access): Promise<Response> {
	const wanted = parameters.parse(url.searchParams);
	if (!wanted.ok) return problem(400, wanted.detail, wanted.fields);

	const head = wanted.cursor?.head ?? (await locals.app.logs.head(org));
	const search = searchFor(org, wanted, { head, patience, signal: request.signal });
	const found = await locals.app.search.find(search);
	return jsonOf({
		logs: `[${found.lines.map(({ json }) => json).join(',')}]`,
		head: String(head),
		next: JSON.stringify(nextSeq(search, found)),
		cursor: JSON.stringify(nextCursor(search, found, head)),
		searched: JSON.stringify(searchedOf(search, found))
	});
}

/** Where to continue by number in the same direction: null at the end, and in the order of time. */
function nextSeq({ order }: Asked, { next }: Answer): number | null {
	if (order.by === 'time' || next === null) return null;
	const isBetween = next.tie === Infinity; // then the line of this rank was not reached
	if (order.newestFirst) return next.rank + (isBetween ? 1 : 0);
	return -next.rank - (isBetween ? 1 : 0);
}

function nextCursor({ order }: Asked, { next }: Answer, head: number): string | null {
	return order.by === 'time' && next ? cursors.write({ ...next, head }) : null;
}

/** Which times were searched, and how many lines were looked at or left out for certain. */
function searchedOf({ from, to, order }: Asked, { next, frontier, looked, isComplete }: Answer) {
	const reached = next && order.by === 'time' ? Math.max(from, isComplete ? next.rank : frontier) : from;
	return { from: isoOf(reached), to: isoOf(to), lines: looked, complete: isComplete };
}

/** Null: without an end. */
const isoOf = (ms: number) => (Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : null);

/** An object of values that are JSON already. */
function jsonOf(values: Record<string, string>): Response {
	const fields = Object.entries(values).map(([name, json]) => `${JSON.stringify(name)}:${json}`);
	const body = new TextEncoder().encode(`{${fields.join(',')}}`);
	const headers = { 'content-type': 'application/json', 'content-length': String(body.byteLength) };
	return new Response(body, { headers });
}
