import * as v from 'valibot';
import type { RequestHandler } from './$types';
import * as query from '$log/query';
import { wholeNumber } from '$server/forms/whole-number';
import { problem } from '$server/http/problem';
import { placeOf } from '$server/search/order';
import { authorized } from '../../../authorized';
import { lineOf } from '../line';

const patience = 10_000; // ms
/** Where the lines around one usually are, in ms: far fewer chunks are listed than of all times. */
const near = 60 * 60_000;
const parameters = v.object({
	before: v.optional(wholeNumber('before', 0, 1_000), '50'),
	after: v.optional(wholeNumber('after', 0, 1_000), '50'),
	all: v.optional(v.picklist(['0', '1'], 'all takes 1, for the lines of all services, or 0.'), '0')
});

/** GET /api/logs/{seq}/context: the lines around a line in the order of time, of its service unless `all=1`. */
export const GET: RequestHandler = (event) =>
	authorized(event, 'read', async ({ org }) => {
		const { url, locals, request, params } = event;
		const read = v.safeParse(parameters, Object.fromEntries(url.searchParams));
		if (!read.success) return problem(400, read.issues.map(({ message }) => message).join(' '));
		const line = await lineOf(locals.app, org, params.seq);
		if (line instanceof Response) return line;

		const text = read.output.all === '1' ? '' : query.equal('service', line.entry.service);
		const parsed = query.parse(text);
		if (!parsed.ok) throw new Error(`a service makes no query: ${text}`);
		const time = Date.parse(line.entry.time);
		const around = { org, query: parsed.query, text, patience, signal: request.signal };
		const find = async (newestFirst: boolean, limit: number) => {
			const within = (ms: number) =>
				locals.app.search.find({
					...around,
					from: newestFirst ? time - ms : time,
					to: newestFirst ? time + 1 : time + ms,
					limit,
					...{ first: 1, last: Number.MAX_SAFE_INTEGER, counted: null, histogram: null, fields: null },
					order: { by: 'time', newestFirst },
					after: placeOf({ by: 'time', newestFirst }, time, line.seq)
				});
			const found = await within(near);
			return found.lines.length < limit ? within(Infinity) : found;
		};
		const [older, newer] = await Promise.all([
			find(true, read.output.before),
			find(false, read.output.after)
		]);
		const jsonOf = (lines: { json: string }[]) => `[${lines.map(({ json }) => json).join(',')}]`;
		const [before, after] = [jsonOf(older.lines.toReversed()), jsonOf(newer.lines)];
		const body = `{"before":${before},"line":${line.json},"after":${after}}`;
		return new Response(body, { headers: { 'content-type': 'application/json' } });
	});
