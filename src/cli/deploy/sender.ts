import { randomUUID } from 'node:crypto';
import { Api, type Answer, type Finish, type NewDeploy, type Server } from './api.ts';
import * as bells from './bell.ts';
import { Outbox } from './outbox.ts';

/** All in ms. */
export interface Pace {
	/** From the start of one append to the start of the next, while there is less than a full request to send. */
	batch: number;
	/** A heartbeat after so long without output; the server's lease is four times as long (DEPLOY_LEASE_S). */
	heartbeat: number;
	/** Before the second try; it doubles up to `longestPause`. */
	firstPause: number;
	longestPause: number;
	/** For the rest of the log, after the command has ended. */
	patience: number;
}

const usualPace: Pace = {
	batch: 100,
	heartbeat: 30_000,
	firstPause: 200,
	longestPause: 5_000,
	patience: 60_000
};
/** Bytes in one append: small enough for any proxy's limit. */
const mostAtOnce = 256 * 1024;
/** Failures in a row before anyone is told: a restart of the server is no news. */
const worthTelling = 4;
/** How long after the command's end it is said that there is still something to send, in ms. */
const quietEnd = 2_000;
const nothing = new Uint8Array();

export type Outcome = Omit<Finish, 'size'>;

/**
 * Sends what is written to it to a deploy's log, whatever happens to the server meanwhile: writing never waits, never fails.
 * One request is in flight at most; after a failure the server's offset says where to go on.
 */
export class Sender {
	readonly #pace: Pace;
	readonly #say: (message: string) => void;
	readonly #outbox = new Outbox();
	readonly #bell = bells.hang();
	readonly #giveUp = new AbortController();
	readonly #api: Api;
	#outcome: Outcome | null = null;
	#sending: Promise<void> = Promise.resolve();
	#over = false;
	/** The server takes no more bytes of this log, only its end. */
	#full = false;
	#failures = 0;
	#sentAt = 0;

	constructor(server: Server, say: (message: string) => void, pace: Partial<Pace> = {}) {
		this.#api = new Api(server, this.#giveUp.signal);
		this.#say = say;
		this.#pace = { ...usualPace, ...pace };
	}

	/** Call once. The server need not be there. */
	begin(deploy: Promise<NewDeploy>): void {
		this.#sending = this.#run(deploy)
			.catch((error: Error) => this.#say(`streaming has stopped by a fault of its own: ${error.stack}`))
			.finally(() => {
				this.#over = true;
				this.#outbox.close();
			});
	}

	write(bytes: Uint8Array): void {
		if (this.#over || this.#full || this.#outbox.fault !== null) return;
		this.#outbox.append(bytes);
		const { fault } = this.#outbox;
		if (fault !== null) this.#say(`the log is cut here, because ${fault}; the command goes on`);
		this.#bell.ring();
	}

	/** Resolves when the server has everything, or when there is no hope or no time left for it. */
	async end(outcome: Outcome): Promise<void> {
		this.#outcome = outcome;
		const notice = setTimeout(() => this.#say(this.#waiting()), quietEnd);
		const limit = setTimeout(() => this.giveUp(), this.#pace.patience);
		this.#bell.ring();
		await this.#sending;
		clearTimeout(notice);
		clearTimeout(limit);
	}

	/** Stops at once, also a request under way. */
	giveUp(): void {
		this.#giveUp.abort();
		this.#bell.ring();
	}

	async #run(deploy: Promise<NewDeploy>): Promise<void> {
		const wanted = await deploy;
		const idempotencyKey = randomUUID();
		const made = await this.#persist(() => this.#api.create(wanted, idempotencyKey));
		if (made.kind !== 'made') return this.#stop(made);
		this.#succeeded();
		this.#say(made.page);
		for (;;) {
			await this.#due();
			const answer = await this.#step(made.id);
			if (answer.kind === 'finished') return;
			if (answer.kind === 'full') this.#cut();
			else if (answer.kind !== 'offset') return this.#stop(answer);
			else if (!this.#full && !this.#outbox.confirm(answer.offset)) return this.#stop(lost(answer.offset));
		}
	}

	/** Waits until there is something to send: bytes, a heartbeat, the end. */
	async #due(): Promise<void> {
		const { batch, heartbeat } = this.#pace;
		const now = () => this.#outcome !== null || this.#giveUp.signal.aborted;
		await this.#bell.wait(heartbeat, () => now() || this.#outbox.unsent > 0);
		const next = this.#sentAt + batch - performance.now();
		await this.#bell.wait(next, () => now() || this.#outbox.unsent >= mostAtOnce);
	}

	async #step(id: string): Promise<Answer> {
		if (this.#outbox.unsent === 0 && this.#outcome !== null) return this.#finish(id, this.#outcome);
		this.#sentAt = performance.now();
		// A full log ends with a line of the server's own, so that its offset is not known here.
		if (this.#full) return this.#persist(() => this.#api.append(id, null, nothing));
		const { start } = this.#outbox;
		const answer = await this.#api.append(id, start, this.#outbox.read(mostAtOnce));
		if (answer.kind === 'offset' && (answer.agreed || answer.offset !== start)) this.#succeeded();
		else if (answer.kind === 'offset') await this.#pause('it takes no bytes', 0);
		if (answer.kind !== 'later') return answer;
		await this.#pause(answer.reason, answer.afterMs);
		// What became of the bytes is not known: the answer may have been lost on its way.
		return this.#persist(() => this.#api.size(id));
	}

	async #finish(id: string, outcome: Outcome): Promise<Answer> {
		const size = this.#full ? {} : { size: this.#outbox.end };
		const answer = await this.#persist(() => this.#api.finish(id, { ...outcome, ...size }));
		if (answer.kind !== 'offset') return answer;
		return this.#full || answer.offset >= this.#outbox.end ? lost(answer.offset) : answer;
	}

	/** Tries again and again, until the answer says something or the time is over. */
	async #persist<A extends Answer>(call: () => Promise<A>): Promise<A> {
		for (;;) {
			const answer = await call();
			if (answer.kind !== 'later' || this.#giveUp.signal.aborted) return answer;
			await this.#pause(answer.reason, answer.afterMs);
		}
	}

	/** Randomly between half and all of it, so that the senders of a server that returns do not come all at once. */
	async #pause(reason: string, atLeast: number): Promise<void> {
		this.#failures++;
		if (this.#failures === worthTelling) {
			this.#say(`the server cannot be reached (${reason}); the command goes on, its log is sent later`);
		}
		const { firstPause, longestPause } = this.#pace;
		const most = Math.min(firstPause * 2 ** (this.#failures - 1), longestPause);
		const ms = Math.max(atLeast, most * (0.5 + Math.random() / 2));
		await this.#bell.wait(ms, () => this.#giveUp.signal.aborted);
	}

	#succeeded(): void {
		if (this.#failures >= worthTelling) this.#say('the server is back');
		this.#failures = 0;
	}

	#cut(): void {
		if (!this.#full) this.#say('the log is as long as the server allows; the command goes on without it');
		this.#full = true;
		this.#outbox.confirm(this.#outbox.end);
	}

	#stop(answer: Answer): void {
		if (answer.kind === 'refused') {
			const rest = this.#outcome ? 'the log is not whole' : 'the deploy goes on without being streamed';
			this.#say(`${answer.reason}; ${rest}`);
		} else {
			this.#say(`the server did not answer in time: ${this.#unsent()} of the log were not sent`);
		}
	}

	#waiting(): string {
		const seconds = Math.round(this.#pace.patience / 1000);
		return `the command has ended; sending its log (${this.#unsent()} left) for up to ${seconds} s, or until Ctrl-C`;
	}

	#unsent(): string {
		const bytes = this.#outbox.unsent;
		return bytes < 10_000 ? `${bytes} bytes` : `${Math.round(bytes / 1024)} KiB`;
	}
}

function lost(offset: number): Answer {
	return { kind: 'refused', reason: `the server's log ends at byte ${offset}, which cannot be` };
}
