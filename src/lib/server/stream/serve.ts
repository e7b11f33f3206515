import type { View } from '../tail/lane.ts';
import { encode } from '../tail/lane.ts';
import type { Outages } from './outages.ts';
import { sink, type Sink } from '../tail/sink.ts';
import { headers, type Format } from './sse.ts';
import type { End, Streams } from './streams.ts';
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
 * Opens a stream as a response, which lasts until its reader leaves or loses access, or the server stops. Separate functions
 * create what it keeps: a closure would keep its surroundings, here the request.
 * @throws when the head of the stream, or `first`, cannot be read.
 */
export async function serve<Item, Credential>(
	{ tails, streams, outages }: Served<Item, Credential>,
	cursorOf: (item: Item) => number,
	stream: Stream<Item, Credential>
): Promise<Response> {
	const { view } = stream;
	const closers: (() => void)[] = [];
	const { sink: to, body } = sink(() => closers.forEach((close) => close()));
	closers.push(streams.admit(stream.org, stream.credential, ending(to, view.format)));
	to.write(encoder.encode(view.format.opening));
	if (outages) closers.push(outages.join(to, view.format));
	try {
		const first = await stream.first?.();
		if (first && first.items.length > 0)
			to.write(encode({ ...view, window: null }, first.items, cursorOf).bytes);
		if (!to.closed()) await join(tails, { ...stream, cursor: first?.cursor ?? stream.cursor }, to, closers);
	} catch (error) {
		to.close();
		throw error;
	}
	return new Response(body, { headers: headers(view.format) });
}

/** Ends a stream: the last event says why, and when to come back if the server stops. */
export function ending<Item>(to: Sink, format: Format<Item>) {
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
