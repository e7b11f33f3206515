import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Format } from '../tail/format.ts';
import type { Sink } from './sink.ts';

/** What a reader wants to see, and how. Readers with equal keys share the work. */
export interface View<Item> {
	key: string;
	matches(item: Item): boolean;
	/**
	 * Finds the matching ones of some items elsewhere, for a view whose `matches` may take long. Its readers are served one by one, so
	 * that they delay no others.
	 */
	pick?: (items: readonly Item[]) => Promise<Picked<Item>>;
	/** Whether everything matches, so that what is left out need not be read to be counted. */
	isAll?: boolean;
	format: Format<Item>;
	/** If more than this many items lie ahead, only the newest are sent; null sends every one. */
	window: number | null;
}

/** The matching items, and how many of them were not looked at because the view is too slow: the first ones. */
export interface Picked<Item> {
	matching: Item[];
	unseen: number;
}

export interface Reader<Item> {
	readonly view: View<Item>;
	readonly sink: Sink;
	/** Everything up to here has been sent, or was not for this reader. */
	cursor: number;
	/** Called whenever everything up to the tip, which is this cursor, has been written. */
	ontip?: ((cursor: number) => void) | undefined;
}

/** A stretch of a stream, filtered and encoded for one view. */
export interface Encoded {
	bytes: Uint8Array;
	/** How many items are in it. */
	lines: number;
	skipped: number;
}

const encoder = new TextEncoder();

/** How long a filter may hold the event loop, in ms, and after how many items it looks at the clock. */
const sliceMs = 10;
const sliceItems = 16;

/** After this many items in a row that a reader does not want, an event of its own moves its cursor. */
const quietStretch = 1_000;

/** The readers at the tip with the same view. Their items are filtered once and encoded once. */
export class Lane<Item> {
	readonly readers = new Set<Reader<Item>>();
	readonly view: View<Item>;
	#quiet = 0;

	constructor(view: View<Item>) {
		this.view = view;
	}

	/** These items, which end at `cursor`, encoded for this lane's readers; null if there is nothing to send yet. */
	async encode(
		items: readonly Item[],
		cursor: number,
		cursorOf: (item: Item) => number
	): Promise<Encoded | null> {
		const { matching } = await select(this.view, items);
		this.#quiet = matching.length > 0 ? 0 : this.#quiet + items.length;
		if (matching.length > 0) return encode(this.view, matching, cursorOf);
		if (this.#quiet < quietStretch) return null;
		this.#quiet = 0;
		return { bytes: encoder.encode(this.view.format.moved(cursor)), lines: 0, skipped: 0 };
	}
}

/** The items that a view shows, without holding the event loop for long. */
export async function select<Item>(view: View<Item>, items: readonly Item[]): Promise<Picked<Item>> {
	if (view.pick) return view.pick(items);
	const matching: Item[] = [];
	let began = performance.now();
	for (const [index, item] of items.entries()) {
		if (view.matches(item)) matching.push(item);
		if (index % sliceItems !== 0 || performance.now() - began < sliceMs) continue;
		await nextTurn();
		began = performance.now();
	}
	return { matching, unseen: 0 };
}

/** Encodes matching items; past the view's window the older ones become one `skipped`. */
export function encode<Item>(
	view: View<Item>,
	matching: readonly Item[],
	cursorOf: (item: Item) => number
): Encoded {
	const over = view.window === null ? 0 : Math.max(0, matching.length - view.window);
	const sent = over > 0 ? matching.slice(over) : matching;
	let text = over > 0 ? encodeSkipped(view, matching.slice(0, over), cursorOf) : '';
	for (const item of sent) text += view.format.item(item, cursorOf(item));
	return { bytes: encoder.encode(text), lines: sent.length, skipped: over };
}

function encodeSkipped<Item>(
	view: View<Item>,
	items: readonly Item[],
	cursorOf: (item: Item) => number
): string {
	const [first] = items;
	const last = items.at(-1);
	if (first === undefined || last === undefined) return '';
	return view.format.skipped({ count: items.length, from: cursorOf(first), to: cursorOf(last) });
}
