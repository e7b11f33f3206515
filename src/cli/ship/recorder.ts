import type { Bell } from '../delivery/bell.ts';
import type { Pending } from './state.ts';

/** Between two tries to write, in ms. */
const pause = 1_000;

export interface RecorderOptions {
	/** Throws if it cannot. */
	save(pending: Pending | null): void;
	/** Rung when `isOver` changes. */
	bell: Bell;
	isOver(): boolean;
	say(message: string): void;
}

/** Records how far everything has been sent, and what is being sent. While the disk is full it waits. */
export class Recorder {
	readonly #options: RecorderOptions;
	#isSaid = false;
	/** What may have reached the server, by the last record. */
	pending: Pending | null;

	constructor(options: RecorderOptions, pending: Pending | null) {
		this.#options = options;
		this.pending = pending;
	}

	/** Waits until it is on the disk; false if that was given up. */
	async record(pending: Pending | null): Promise<boolean> {
		const { bell, isOver } = this.#options;
		while (!this.#isSaved(pending)) {
			if (isOver()) return false;
			await bell.wait(pause, isOver);
		}
		this.pending = pending;
		return true;
	}

	#isSaved(pending: Pending | null): boolean {
		const { save, say } = this.#options;
		try {
			save(pending);
			if (this.#isSaid) say('the state is written again');
			this.#isSaid = false;
			return true;
		} catch (error) {
			const reason = (error as Error).message;
			if (!this.#isSaid) say(`can't write the state (${reason}); nothing is sent until it can`);
			this.#isSaid = true;
			return false;
		}
	}
}
