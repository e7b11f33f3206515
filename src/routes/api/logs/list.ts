import type { RequestEvent } from '@sveltejs/kit';
import type { Access } from '$server/access/authorize';
import { problem } from '$server/http/problem';
import { formatFor } from '$server/search/export';
import type { Incoming } from '../incoming';
import { nextCursor, nextSeq, searchedOf } from './answers';
import { exported } from './exported';
import * as parameters from './parameters';
import { searchFor } from './search-for';

/** How long one request searches, in ms. */
const patience = 10_000;

/**
 * GET /api/logs: a page of lines by time, the newest first; in the order of their arrival if `before` or `after` is given. As a file,
 * all of them.
 */
export async function list(
	event: RequestEvent,
	{ org, slug }: Access,
	incoming: Incoming
): Promise<Response> {
	const { request, url, locals } = event;
	const wanted = parameters.parse(url.searchParams);
	if (!wanted.ok) return problem(400, wanted.detail, wanted.fields);

	const head = wanted.cursor?.head ?? (await locals.app.logs.head(org));
	const terms = { head, patience, signal: request.signal };
	const format = formatFor(url.searchParams.get('format'), request.headers.get('accept'));
	if (format) return exported(event, searchFor(org, wanted, terms), { format, name: slug, incoming });

	const search = searchFor(org, wanted, terms);
	const found = await locals.app.search.find(search);
	const searched = { ...searchedOf(search, found), complete: found.isComplete };
	return jsonOf({
		logs: `[${found.lines.map(({ json }) => json).join(',')}]`,
		head: String(head),
		next: JSON.stringify(nextSeq(search, found)),
		cursor: JSON.stringify(nextCursor(search, found, head)),
		searched: JSON.stringify(searched)
	});
}

/** An object of values that are JSON already. */
function jsonOf(values: Record<string, string>): Response {
	const fields = Object.entries(values).map(([name, json]) => `${JSON.stringify(name)}:${json}`);
	const body = new TextEncoder().encode(`{${fields.join(',')}}`);
	const headers = { 'content-type': 'application/json', 'content-length': String(body.byteLength) };
	return new Response(body, { headers });
}
