/** What the top bar shows about the stream of the page below. The layout provides it, a live page sets it. */
import { createContext } from 'svelte';
import type { Status } from '../live/stream.ts';

/** The common part of live views: the logs, the list of deploys, the log of a deploy. */
export interface Live {
	readonly status: Status;
	readonly follow: { readonly following: boolean };
	/** Lines that arrived while the reader had locked the view. */
	readonly fresh: number;
	/** From commit to paint, in ms. */
	readonly delay: number | null;
	/** Lines a second; null where no lines are shown. */
	readonly rate: number | null;
}

export class Pulse {
	live = $state.raw<Live | null>(null);
	/** Whether it shows a past period instead. */
	isPast = $state(false);
}

export const [get, provide] = createContext<Pulse>();
