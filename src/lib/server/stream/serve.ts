import type { View } from '../tail/lane.ts';
import { encode } from '../tail/lane.ts';
import type { Outages } from './outages.ts';
import { sink, type Sink } from '../tail/sink.ts';
import type { Format } from '../tail/format.ts';
import { headers } from './sse.ts';
import type { Admission, End, Streams } from './streams.ts';
import { problem } from '../http/problem.ts';
import type { Tails } from '../tail/tails.ts';

export interface Stream<Item, Credential> {
	topic: string;
	org: string;
	credential: Credential;
	view: View<Item>;
	/** Where to continue; null is the head. */
	cursor: number | null;
	/**
	 * Finds what precedes that: matching items, and the cursor up to which it searched. It may take long, so it is called once
	 * the stream is admitted: a reader who loses access meanwhile gets none of it.
	 */
	first?: () => Promise<{ items: Item[]; cursor: number }>;
	/** Whether it ends, with the reason `caught up`, as soon as everything up to the head has been written. */
	once?: boolean;
	/** For what a stream sends besides its items: called with its sink, before the first of them. */
	attend?: (sink: Sink) => Attendant;
}

/** How a stream ends that only wanted existing items. */
export const caughtUp = { reason: 'caught up' } as const;

/** What serves streams. Without `outages` they need nothing that could be away. */
export interface Served<Item, Credential> {
	tails: Tails<Item>;
	streams: Streams<Credential>;
	outages?: Outages;
}

/** The reader of a stream, and its format besides the items. */
interface Opened<Credential> {
	org: string;
	credential: Credential;
	format: Omit<Format<never>, 'item'>;
}

export interface Attendant {
	/** Everything up to the tip, which is this cursor, has been written. */
	tip(cursor: number): void;
	/** The stream has ended. */
	leave(): void;
}

const encoder = new TextEncoder();

/** When to return to a restarting server, in ms: spread, so that not all come at once. */
const retryAfterStop = (streams: number) => Math.round(250 + Math.random() * Math.min(10_000, streams));

/**
 * Opens a stream as a response, which lasts until its reader leaves or loses access, or the server stops; refuses it if all places
 * are taken. `feed` writes the first bytes and adds to `closers` whatever must end with the stream. Separate functions create what
 * the stream keeps: a closure would keep its surroundings, here the request.
 * @throws what `feed` throws.
 */
export async function open<Credential>(
	{ streams, outages }: Pick<Served<never, Credential>, 'streams' | 'outages'>,
	{ org, credential, format }: Opened<Credential>,
	feed: (to: Sink, closers: (() => void)[]) => Promise<void> | void
): Promise<Response> {
	const closers: (() => void)[] = [];
	const { sink: to, body } = sink(() => closers.forEach((close) => close()));
	const admission = streams.admit(org, credential, ending(to, format));
	if (!admission.ok) return noPlace(admission);
	closers.push(admission.leave);
	to.write(encoder.encode(format.opening));
	if (outages) closers.push(outages.join(to, format));
	try {
		await feed(to, closers);
	} catch (error) {
		to.close();
		throw error;
	}
	return new Response(body, { headers: headers(format) });
}

/**
 * Serves a stream of items, as `open` does: what comes first, then everything after a cursor as it comes.
 * @throws when the head of the stream, or what comes first, cannot be read.
 */
export function serve<Item, Credential>(
	{ tails, ...served }: Served<Item, Credential>,
	cursorOf: (item: Item) => number,
	stream: Stream<Item, Credential>
): Promise<Response> {
	const { org, credential, view } = stream;
	return open(served, { org, credential, format: view.format }, async (to, closers) => {
		const first = await stream.first?.();
		if (first && first.items.length > 0)
			to.write(encode({ ...view, window: null }, first.items, cursorOf).bytes);
		if (!to.closed()) await join(tails, { ...stream, cursor: first?.cursor ?? stream.cursor }, to, closers);
	});
}

function noPlace({ full, most }: Exclude<Admission, { ok: true }>): Response {
	if (full === 'server')
		return problem(503, 'All live streams of this server are in use. Try again shortly.', {}, 5);
	const detail =
		`Your organization has ${most} live streams open, the most it can have at once. ` +
		'Close some of them, such as tabs or scripts that follow logs.';
	return problem(429, detail, {}, 30);
}

/** Ends a stream: the last event says why, and when to come back if the server stops. */
function ending(to: Sink, format: Opened<unknown>['format']) {
	return (why: End, together = 1): void => {
		const retry = why.reason === 'server stopping' ? retryAfterStop(together) : undefined;
		to.write(encoder.encode(format.end(why, retry)));
		to.close();
	};
}

async function join<Item, Credential>(
	tails: Tails<Item>,
	{ topic, view, cursor, attend, once }: Stream<Item, Credential>,
	to: Sink,
	closers: (() => void)[]
): Promise<void> {
	const attendant = attend?.(to);
	if (attendant) closers.push(() => attendant.leave());
	const tip = once ? endAtTip(to, view.format, attendant) : attendant?.tip;
	closers.push(await tails.join(topic, view, to, cursor, tip));
	if (to.closed()) closers.forEach((close) => close()); // it went while the head was read
}

/** Ends a stream where it reaches the tip, leaving its reader with that cursor. */
function endAtTip<Item>(to: Sink, format: Format<Item>, attendant: Attendant | undefined) {
	return (cursor: number): void => {
		attendant?.tip(cursor);
		if (to.closed()) return;
		to.write(encoder.encode(format.moved(cursor) + format.end(caughtUp)));
		to.close();
	};
}
