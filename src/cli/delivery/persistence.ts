import type { Bell } from './bell.ts';
import type { Later } from './failure.ts';

export interface Pauses {
	/** Before the second try, in ms; it doubles up to `longestPause`. */
	firstPause: number;
	longestPause: number;
}

export const usualPauses: Pauses = { firstPause: 200, longestPause: 5_000 };

/** Failures in a row before anyone is told: a server restart is not news. */
const worthTelling = 4;

export interface PersistenceOptions {
	pauses: Pauses;
	/** Rung when `ending` or `giveUp` changes. */
	bell: Bell;
	giveUp: AbortSignal;
	/** Whether all input has been read, so that every pause delays the exit. */
	ending(): boolean;
	say(message: string): void;
	/** What happens to the data while the server is away, as the end of a sentence. */
	meanwhile: string;
}

/** Retries, with growing pauses, as long as the failure may pass. */
export class Persistence {
	readonly #options: PersistenceOptions;
	#failures = 0;

	constructor(options: PersistenceOptions) {
		this.#options = options;
	}

	/** Repeats a request until its answer is final or waiting is pointless. */
	async persist<A extends { kind: string }>(call: () => Promise<A | Later>): Promise<A | Later> {
		const { giveUp, ending } = this.#options;
		for (;;) {
			const answer = await call();
			if (!isLater(answer) || giveUp.aborted || (answer.doubtful && ending())) return answer;
			await this.pause(answer);
		}
	}

	/** Randomly between half and all of it, so that a returning server does not get all senders at once. */
	async pause({ reason, afterMs, doubtful }: Omit<Later, 'kind'>): Promise<void> {
		const { pauses, bell, giveUp, ending, say, meanwhile } = this.#options;
		this.#failures++;
		if (this.#failures === worthTelling) say(`can't reach the server (${reason}); ${meanwhile}`);
		const most = Math.min(pauses.firstPause * 2 ** (this.#failures - 1), pauses.longestPause);
		const ms = Math.max(afterMs, most * (0.5 + Math.random() / 2));
		await bell.wait(ms, () => giveUp.aborted || (doubtful && ending()));
	}

	/** The server has carried out a request. */
	succeeded(): void {
		if (this.#failures >= worthTelling) this.#options.say('the server is back');
		this.#failures = 0;
	}
}

function isLater(answer: { kind: string }): answer is Later {
	return answer.kind === 'later';
}
