import type { RequestEvent } from '@sveltejs/kit';
import type { ExportFormat } from '$server/search/export';
import type { Asked } from '$server/search/asked';
import type { LogSearch } from '$server/search/search';
import { streamed } from '../../streamed';
import type { Incoming } from '../incoming';

/** How often it is asked whether the reader may still have the rest, in ms. */
const askEvery = 2_000;

interface Export {
	format: ExportFormat;
	/** What the file is named after. */
	name: string;
	incoming: Incoming;
}

/** The reader of an export has lost access. */
class AccessLost extends Error {}

/** All lines of a search as a file, however many. */
export function exported(
	{ locals, url }: RequestEvent,
	asked: Asked,
	{ format, name, incoming }: Export
): Response {
	const { search, log } = locals.app;
	const limit = url.searchParams.has('limit') ? asked.limit : Infinity;
	const parts = write(search, { ...asked, limit, patience: Infinity }, format, incoming);
	const body = streamed(parts, (error) => {
		const isTheirs = asked.signal.aborted || error instanceof AccessLost;
		if (!isTheirs) log.error({ err: error }, 'an export of log lines was cut off');
	});
	const file = `${name}-${new Date().toISOString().slice(0, 10)}.${format.extension}`;
	return new Response(body, {
		headers: {
			'content-type': format.contentType,
			'content-disposition': `attachment; filename="${file}"`,
			'cache-control': 'no-store, no-transform',
			'x-accel-buffering': 'no'
		}
	});
}

async function* write(
	search: LogSearch,
	asked: Asked,
	format: ExportFormat,
	incoming: Incoming
): AsyncGenerator<Uint8Array, void> {
	const encoder = new TextEncoder();
	if (format.opening) yield encoder.encode(format.opening);
	let allowed = performance.now();
	for await (const event of search.run(asked)) {
		if (event.kind !== 'lines') continue;
		if (performance.now() - allowed > askEvery) {
			if (await incoming.again()) throw new AccessLost();
			allowed = performance.now();
		}
		for (const piece of format.write(event.lines)) yield piece;
	}
}
