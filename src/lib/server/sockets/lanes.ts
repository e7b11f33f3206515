import { Lane, frameBytes, type Kind, type PendingFrame, type Store } from './lane.ts';
import type { Destination } from './destination.ts';

/** What may wait of all sockets together: connections stop reading above it. */
const mostWaiting = 32 * 1024 * 1024;
/** What may wait of one connection, or over UDP of one address. */
const mostOfSource = 1024 * 1024;

/** Who sends: a connection, or an address over UDP. */
export interface Source {
	/** Bytes that wait to be stored, and what they take besides. */
	waiting: number;
	/** Called when there is room again, if it had to stop reading. */
	resume?: (() => void) | undefined;
}

/** All that waits to be stored, by destination; a destination has a lane only while something waits for it. */
export class Lanes {
	readonly #store: Store;
	readonly #lanes = new Map<Kind, Map<string, Lane>>();
	readonly #paused = new Set<Source>();
	readonly #drained: (() => void)[] = [];
	#waiting = 0;
	#open = 0;

	constructor(store: Store) {
		this.#store = store;
	}

	/** Bytes. */
	get waiting(): number {
		return this.#waiting;
	}

	/** Whether a source should send no more for now. */
	isFull(source: Source): boolean {
		return source.waiting >= mostOfSource || this.#waiting >= mostWaiting;
	}

	/** Calls the source's `resume` once there is room. */
	pause(source: Source): void {
		this.#paused.add(source);
	}

	forget(source: Source): void {
		this.#paused.delete(source);
	}

	/** Takes a frame, whether there is room or not. */
	add(kind: Kind, destination: Destination, source: Source, frame: PendingFrame): void {
		const weight = frame.bytes.length + frameBytes;
		this.#waiting += weight;
		source.waiting += weight;
		const release = () => this.#release(source, weight);
		this.#laneOf(kind, destination).add({
			...frame,
			stored(told, index) {
				release();
				frame.stored(told, index);
			},
			dropped(reason) {
				release();
				frame.dropped(reason);
			}
		});
	}

	/** Resolves when nothing waits. */
	drained(): Promise<void> {
		if (this.#open === 0) return Promise.resolve();
		return new Promise((resolve) => this.#drained.push(resolve));
	}

	#laneOf(kind: Kind, destination: Destination): Lane {
		const lanes = this.#lanes.get(kind) ?? new Map<string, Lane>();
		this.#lanes.set(kind, lanes);
		const { name } = destination;
		const found = lanes.get(name);
		if (found) return found;
		const lane = new Lane(kind, destination, this.#store, () => this.#closed(lanes, name));
		lanes.set(name, lane);
		this.#open += 1;
		return lane;
	}

	#closed(lanes: Map<string, Lane>, name: string): void {
		lanes.delete(name);
		this.#open -= 1;
		if (this.#open > 0) return;
		for (const wake of this.#drained.splice(0)) wake();
	}

	#release(source: Source, weight: number): void {
		this.#waiting -= weight;
		source.waiting -= weight;
		if (this.#paused.has(source)) this.#resume(source);
		if (this.#waiting < mostWaiting / 2 && this.#paused.size > 0)
			for (const paused of this.#paused) this.#resume(paused);
	}

	/** At half of what may wait, so that it is not paused again at once. */
	#resume(source: Source): void {
		if (source.waiting > mostOfSource / 2 || this.#waiting > mostWaiting / 2) return;
		this.#paused.delete(source);
		source.resume?.();
	}
}
