import type { RequestEvent } from '@sveltejs/kit';
import type { Access } from '$server/access/authorize';
import { problem } from '$server/http/problem';
import * as parameters from './parameters';

/** GET /api/logs: a page of lines, newest first unless `after` is given. */
export async function list({ url, locals }: RequestEvent, { org }: Access): Promise<Response> {
	const asked = parameters.parse(url.searchParams);
	if (!asked.ok) return problem(400, asked.detail, asked.fields);

	const { matches, limit, before, after } = asked;
	const { logs, search } = locals.app;
	const head = await logs.head(org);
	const { lines, next } =
		after === undefined
			? await search.backward(org, { matches, limit, before: before ?? head + 1 })
			: await search.forward(org, { matches, limit, after, before });
	const json = `{"logs":[${lines.map((line) => line.json).join(',')}],"head":${head},"next":${next}}`;
	const body = new TextEncoder().encode(json);
	const headers = { 'content-type': 'application/json', 'content-length': String(body.byteLength) };
	return new Response(body, { headers });
}
