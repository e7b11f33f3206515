/** A search of a past period, as it streams: lines, and what is counted of them. */
import * as digits from '../log/digits.ts';
import type { Entry, Level } from '../log/entry.ts';
import type { Scope } from './api.ts';
import type { Span } from './period.ts';
import * as sse from '../log/sse.ts';

/** How far it came: the times that were searched, and how many lines they have. */
export interface Searched {
	from: string | null;
	to: string | null;
	lines: number;
	/** Whether all that was asked for was found; only at the end. */
	complete?: boolean;
}

/** Lines by time and level: each bar has a count a level, in the order of `levels`. */
export interface Histogram {
	from: string;
	to: string;
	width_ms: number;
	levels: Level[];
	bars: number[][];
}

export interface Values {
	name: string;
	/** Whether all matches were counted, and not a sample of them. */
	exact: boolean;
	values: { value: string; count: number }[];
}

export interface Fields {
	/** Of how many matches, where not all were counted. */
	sampled: number;
	fields: Values[];
}

/** What it says while it goes on. */
export interface Heard {
	/** The next lines, in the order asked for. */
	lines(entries: Entry[]): void;
	histogram(histogram: Histogram): void;
	fields(fields: Fields): void;
	/** How far it came, and where it goes on if it is stopped now; null if it would begin anew. */
	progress(matched: number, searched: Searched, cursor: string | null): void;
	/** The end: where the lines go on, null if there are no more; or the search, if it is not complete. */
	done(matched: number, searched: Searched, cursor: string | null): void;
}

export interface Wanted extends Scope {
	span: Span;
	limit: number;
	/** Bars of the histogram; 0 for none, and then no fields either. */
	bars: number;
	cursor: string | null;
}

/** Lines of a period, page by page. */
export interface Page {
	logs: Entry[];
	cursor: string | null;
	searched: Searched;
}

export type Order = 'newest' | 'oldest';

/** Resolves when it has ended. Throws an Error that says why if the server refuses it or the connection breaks. */
export async function run(wanted: Wanted, heard: Heard, signal: AbortSignal): Promise<void> {
	const parameters = parametersOf(wanted, { bars: wanted.bars, fields: wanted.bars > 0 ? 1 : 0 });
	const response = await fetch(`/api/logs/search?${parameters}`, { cache: 'no-store', signal });
	if (!response.ok || !response.body) throw new Error(await reasonOf(response));
	const decoder = sse.createDecoder();
	let isDone = false;
	const reader = response.body.pipeThrough(new TextDecoderStream() as TextStream).getReader();
	for (let part = await reader.read(); !part.done; part = await reader.read()) {
		for (const event of decoder.push(part.value)) isDone = tell(event, heard) || isDone;
	}
	if (!isDone) throw new Error('The connection broke before the search was complete.');
}

type TextStream = ReadableWritablePair<string, Uint8Array<ArrayBuffer>>;

/** One page of lines. Throws if the server returns none. */
export async function page(wanted: Omit<Wanted, 'bars'>, order: Order, signal?: AbortSignal): Promise<Page> {
	const response = await fetch(`/api/logs?${parametersOf(wanted, { order })}`, signal ? { signal } : {});
	if (!response.ok) throw new Error(await reasonOf(response));
	return digits.parse(await response.text()) as Page;
}

/** How many lines match, by time and level. Throws if the server does not say. */
export async function histogram(
	scope: Scope,
	span: Span,
	bars: number,
	signal: AbortSignal
): Promise<Histogram> {
	return (await counted(scope, span, bars, signal)) as Histogram;
}

/** How many lines match. Throws if the server does not say. */
export async function count(scope: Scope, span: Span, signal: AbortSignal): Promise<number> {
	return ((await counted(scope, span, 1, signal)) as { matched: number }).matched;
}

async function counted(scope: Scope, span: Span, bars: number, signal: AbortSignal): Promise<unknown> {
	const parameters = parametersOf({ ...scope, span, limit: 1, cursor: null }, { bars });
	const response = await fetch(`/api/logs/histogram?${parameters}`, { signal });
	if (!response.ok) throw new Error(await reasonOf(response));
	return response.json();
}

/** The fields of matching lines. Throws if the server does not say. */
export async function fields(scope: Scope, span: Span, signal?: AbortSignal): Promise<Fields> {
	const parameters = parametersOf({ ...scope, span, limit: 1, cursor: null });
	const response = await fetch(`/api/logs/fields?${parameters}`, signal ? { signal } : {});
	if (!response.ok) throw new Error(await reasonOf(response));
	return response.json();
}

/** How many lines have each of the most frequent values of a field. Throws if the server does not say. */
export async function countsOf(name: string, scope: Scope, span: Span): Promise<ReadonlyMap<string, number>> {
	const found = (await fields(scope, span)).fields.find((field) => field.name === name);
	return new Map(found?.values.map(({ value, count }) => [value, count]));
}

/** The file of all matching lines, however many. */
export function fileAddress(scope: Scope, span: Span, format: 'csv' | 'ndjson' | 'log'): string {
	const parameters = parametersOf({ ...scope, span, limit: 1, cursor: null }, { format });
	parameters.delete('limit'); // a file has them all
	return `/api/logs?${parameters}`;
}

/** The parameters of a search: `from` and `to` only where there is a bound. */
export function parametersOf(
	{ org, query, span, limit, cursor }: Omit<Wanted, 'bars'>,
	more: Record<string, string | number> = {}
): URLSearchParams {
	const all = new URLSearchParams({ org, q: query, limit: String(limit) });
	if (Number.isFinite(span.from)) all.set('from', new Date(span.from).toISOString());
	if (Number.isFinite(span.to)) all.set('to', new Date(span.to).toISOString());
	if (cursor !== null) all.set('cursor', cursor);
	for (const [name, value] of Object.entries(more)) all.set(name, String(value));
	return all;
}

/** True at the end. */
function tell({ type, data }: sse.SseEvent, heard: Heard): boolean {
	const said = digits.parse(data ?? 'null');
	if (type === 'lines') heard.lines(said as Entry[]);
	if (type === 'histogram') heard.histogram(said as Histogram);
	if (type === 'fields') heard.fields(said as Fields);
	if (type !== 'progress' && type !== 'done') return false;
	const { matched, searched, cursor } = said as {
		matched: number;
		searched: Searched;
		cursor: string | null;
	};
	heard[type](matched, searched, cursor);
	return type === 'done';
}

async function reasonOf(response: Response): Promise<string> {
	const problem: unknown = await response.json().catch(() => null);
	const detail =
		typeof problem === 'object' && problem !== null && 'detail' in problem ? problem.detail : null;
	return typeof detail === 'string' ? detail : `The server answered ${response.status}.`;
}
