import { prospectOf, sentenceOf, type Outage } from '../../log/outage.ts';
import type { Format } from '../tail/format.ts';

/** One event of a type, with its data as JSON (WHATWG HTML, 9.2). */
export function event(type: string, data: unknown): string {
	return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

/**
 * Server-sent events: one event per item, its id the cursor after it (WHATWG HTML, 9.2). An event with only an id is not
 * dispatched, yet moves `Last-Event-ID`. `json` gives an item as one line of JSON, `type` names its event.
 */
export function sse<Item>(json: (item: Item) => string, type?: string): Format<Item> {
	const named = type === undefined ? '' : `event: ${type}\n`;
	return {
		contentType: 'text/event-stream',
		opening: ': connected\n\n',
		item: (item, cursor) => `id: ${cursor}\n${named}data: ${json(item)}\n\n`,
		moved: (cursor) => `id: ${cursor}\n\n`,
		skipped: (skipped) => event('skipped', skipped),
		unseen: (unseen) => event('unseen', unseen),
		progress: (done) => event('progress', { done: Math.round(done * 1000) / 1000 }),
		outage: (outage) => event('status', explained(outage)),
		end: (why, retry) => (retry === undefined ? '' : `retry: ${retry}\n`) + event('end', why)
	};
}

function explained(outage: Outage | null) {
	if (!outage) return { outage: null };
	return { ...outage, detail: `${sentenceOf(outage)} ${prospectOf(outage)}` };
}

/** The items alone, one JSON document per line. */
export function ndjson<Item>(json: (item: Item) => string): Format<Item> {
	return {
		contentType: 'application/x-ndjson',
		opening: '',
		item: (item) => `${json(item)}\n`,
		moved: () => '',
		skipped: () => '',
		unseen: () => '',
		progress: () => '',
		outage: () => '',
		end: () => ''
	};
}

/** Lines for people, as `curl -N` shows them; `line` formats one without its line end. */
export function plain<Item>(line: (item: Item) => string): Format<Item> {
	return {
		contentType: 'text/plain; charset=utf-8',
		opening: '',
		item: (item) => `${line(item)}\n`,
		moved: () => '',
		skipped: ({ count }) => `… ${count} lines skipped\n`,
		unseen: ({ count }) => `… ${count} lines not looked at: the filter is too slow\n`,
		progress: () => '',
		outage: (outage) =>
			outage ? `— ${sentenceOf(outage)} ${prospectOf(outage)}\n` : '— All is well again.\n',
		end: ({ reason, detail }) => `— ${detail ?? reason}\n`
	};
}

/** The headers of a stream: stored nowhere, not transformed, not buffered by a proxy (nginx: X-Accel-Buffering). */
export function headers(format: { contentType: string }): Record<string, string> {
	return {
		'content-type': format.contentType,
		'cache-control': 'no-store, no-transform',
		'x-accel-buffering': 'no'
	};
}
