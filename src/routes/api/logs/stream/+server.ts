import * as v from 'valibot';
import type { RequestHandler } from './$types';
import { problem } from '$server/http/problem';
import { serve } from '$server/stream/serve';
import { topicOf } from '$server/logs/source';
import { authorized } from '../../authorized';
import { wholeNumber } from '$server/forms/whole-number';
import { follow } from '../../follow';
import { filter } from '../parameters';
import { searchFor } from '../search-for';
import { FoundLine } from './found-line';
import { viewOf } from './view';

const cursor = (name: string) => v.nullish(wholeNumber(name, 0, Number.MAX_SAFE_INTEGER));
const parameters = v.object({
	after: cursor('after'),
	'last-event-id': cursor('Last-Event-ID'),
	tail: v.optional(wholeNumber('tail', 0, 1_000), '0'),
	window: v.nullish(wholeNumber('window', 1, 1_000)),
	follow
});

/** How long a stream searches for the lines that it begins with, in ms. */
const patience = 10_000;

/** GET /api/logs/stream: the lines of an organization as they are committed, from a cursor on. */
export const GET: RequestHandler = (event) =>
	authorized(event, 'read', async ({ org, credential }) => {
		const { app } = event.locals;
		const filtered = filter(event.url.searchParams);
		if (!filtered.ok) return problem(400, filtered.detail, filtered.fields);
		const asked = v.safeParse(parameters, {
			...Object.fromEntries(event.url.searchParams),
			'last-event-id': event.request.headers.get('last-event-id')
		});
		if (!asked.success) return problem(400, asked.issues.map(({ message }) => message).join(' '));

		const { tail, window = null, after } = asked.output;
		const cursor = asked.output['last-event-id'] ?? after ?? null;
		const { query, text } = filtered;
		const { signal } = event.request;
		const first = tail > 0 && cursor === null ? () => last(tail) : undefined;
		return serve(app, ({ seq }) => seq, {
			topic: topicOf(org),
			org,
			credential,
			view: viewOf(filtered, event.request.headers.get('accept'), window, {
				org,
				filters: app.liveFilters
			}),
			cursor,
			once: asked.output.follow === 'false',
			...(first && { first })
		});

		async function last(limit: number) {
			const head = await app.logs.head(org);
			const wanted = { query, text, limit, from: -Infinity, to: Infinity, cursor: null, before: head + 1 };
			const { lines } = await app.search.find(searchFor(org, wanted, { head, patience, signal }));
			return { items: lines.reverse().map((found) => new FoundLine(found)), cursor: head };
		}
	});
