import type { RequestEvent } from '@sveltejs/kit';
import type { Event } from '$server/search/asked';
import type { LogSearch } from '$server/search/search';
import { headers } from '$server/stream/sse';
import { streamed } from '../../../streamed';
import type { Incoming } from '../../incoming';
import { fieldsOf, histogramOf, nextSeq, resumption, searchedOf, type Resumable } from '../answers';

/** How often progress is told at most, in ms: as often as a page can show it. */
const tellEvery = 100;
/** Of what is told, writing takes at most this part of the time. */
const mostWriting = 0.1;
/** How often it is asked whether the reader may still have the rest, in ms. */
const askEvery = 2_000;

interface Terms {
	head: number;
	incoming: Incoming;
}

/** One event of the answer: its name, and its data as JSON. */
type Write = (name: string, json: string) => string;

const sse: Write = (name, json) => `event: ${name}\ndata: ${json}\n\n`;
const ndjson: Write = (name, json) => `{"event":"${name}","data":${json}}\n`;

/** A search as server-sent events, or as NDJSON if that is accepted. */
export function respond({ request, locals }: RequestEvent, asked: Resumable, terms: Terms): Response {
	const isNdjson = (request.headers.get('accept') ?? '').includes('application/x-ndjson');
	const parts = write(locals.app.search, asked, terms, isNdjson ? ndjson : sse);
	const body = streamed(parts, (error) => {
		if (!asked.signal.aborted) locals.app.log.error({ err: error }, 'a search was cut off');
	});
	const contentType = isNdjson ? 'application/x-ndjson' : 'text/event-stream';
	return new Response(body, { headers: headers({ contentType }) });
}

async function* write(
	search: LogSearch,
	asked: Resumable,
	{ head, incoming }: Terms,
	write: Write
): AsyncGenerator<Uint8Array, void> {
	const encoder = new TextEncoder();
	let [next, allowed, lines] = [0, performance.now(), ''];
	for await (const event of search.run(asked)) {
		const now = performance.now();
		if (now - allowed > askEvery) {
			if (await incoming.again()) return;
			allowed = now;
		}
		if (event.kind === 'lines') {
			lines += write('lines', `[${event.lines.map(({ json }) => json).join(',')}]`);
			continue; // what comes next has the cursor for them
		}
		if (event.kind === 'progress' && lines === '' && now < next) continue;
		yield encoder.encode(lines + textOf(event, asked, head, write));
		lines = '';
		next = now + Math.max(tellEvery, (performance.now() - now) / mostWriting);
	}
}

function textOf(
	event: Exclude<Event, { kind: 'lines' }>,
	asked: Resumable,
	head: number,
	write: Write
): string {
	const { matched } = event;
	const counted =
		(asked.histogram ? write('histogram', json(histogramOf(asked.histogram, event.histogram))) : '') +
		(asked.fields === null ? '' : write('fields', json(fieldsOf(event))));
	const searched = searchedOf(asked, event);
	const cursor = resumption(asked, event, head);
	if (event.kind === 'progress') return counted + write('progress', json({ matched, cursor, searched }));
	const done = {
		matched,
		head,
		next: nextSeq(asked, event),
		cursor,
		searched: { ...searched, complete: event.isComplete }
	};
	return counted + write('done', json(done));
}

const json = (value: unknown) => JSON.stringify(value);
