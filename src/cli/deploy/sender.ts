import { randomUUID } from 'node:crypto';
import * as bells from '../delivery/bell.ts';
import { Http } from '../delivery/http.ts';
import { Mask } from '../delivery/mask.ts';
import { Outbox } from '../delivery/outbox.ts';
import { Persistence, usualPauses, type Pauses } from '../delivery/persistence.ts';
import type { Server } from '../delivery/server.ts';
import { Api, type Answer, type Finish, type NewDeploy } from './api.ts';
import { Clock } from './clock.ts';

/** All in ms. */
export interface Pace extends Pauses {
	/** From the start of one append to the start of the next, while there is less than a full request to send. */
	batch: number;
	/** A heartbeat after this long without output; the server's lease is four times as long (DEPLOY_LEASE_S). */
	heartbeat: number;
	/** For the rest of the log, after the command has ended. */
	patience: number;
}

const usualPace: Pace = { ...usualPauses, batch: 100, heartbeat: 30_000, patience: 60_000 };
/** Bytes in one append: small enough for any proxy's limit. */
const mostAtOnce = 256 * 1024;
/** How long after the command's end to report that there is still something to send, in ms. */
const quietEnd = 2_000;
/** How long a possible beginning of the key is held back, in ms. */
const moment = 100;
const nothing = new Uint8Array();

export type Ending = Omit<Finish, 'size'>;

/**
 * Sends what is written to it to a deploy's log, whatever happens to the server meanwhile: writing never waits, never fails.
 * One request is in flight at most; after a failure the server's offset says where to continue. The key is masked before
 * anything is counted, so that offsets are those of the sent bytes.
 */
export class Sender {
	readonly #pace: Pace;
	readonly #say: (message: string) => void;
	readonly #outbox = new Outbox();
	readonly #bell = bells.hang();
	readonly #giveUp = new AbortController();
	readonly #mask: Mask;
	readonly #clock = new Clock();
	readonly #api: Api;
	readonly #persistence: Persistence;
	readonly #startedAt = performance.now();
	#easing: NodeJS.Timeout | undefined;
	#outcome: (Ending & { at: number }) | null = null;
	#sending: Promise<void> = Promise.resolve();
	#over = false;
	/** The server takes no more bytes of this log, only its end. */
	#full = false;
	#sentAt = 0;

	constructor(server: Server, say: (message: string) => void, pace: Partial<Pace> = {}) {
		this.#pace = { ...usualPace, ...pace };
		this.#say = say;
		this.#mask = new Mask(server.key);
		this.#api = new Api(new Http(server, this.#giveUp.signal));
		this.#persistence = new Persistence({
			pauses: this.#pace,
			bell: this.#bell,
			giveUp: this.#giveUp.signal,
			ending: () => this.#outcome !== null,
			say,
			meanwhile: 'the command continues and its log will be sent later'
		});
	}

	/** Call once. The server need not be up. */
	begin(deploy: Promise<NewDeploy>): void {
		this.#sending = this.#run(deploy)
			.catch((error: Error) => this.#say(`streaming stopped because of a bug: ${error.stack}`))
			.finally(() => {
				this.#over = true;
				this.#outbox.close();
			});
	}

	write(bytes: Uint8Array): void {
		this.#append(this.#mask.push(bytes));
		clearTimeout(this.#easing);
		if (this.#mask.holds) this.#easing = setTimeout(() => this.#append(this.#mask.ease()), moment);
	}

	/** Resolves when the server has everything, or when there is no hope or no time left for it. */
	async end(outcome: Ending): Promise<void> {
		clearTimeout(this.#easing);
		this.#append(this.#mask.end());
		this.#outcome = { ...outcome, at: performance.now() };
		const notice = setTimeout(() => this.#say(this.#waiting()), quietEnd);
		const limit = setTimeout(() => this.giveUp(), this.#pace.patience);
		this.#bell.ring();
		await this.#sending;
		clearTimeout(notice);
		clearTimeout(limit);
	}

	/** Stops at once, including a request under way. */
	giveUp(): void {
		this.#giveUp.abort();
		this.#bell.ring();
	}

	#append(bytes: Uint8Array): void {
		if (bytes.length === 0 || this.#over || this.#full || this.#outbox.fault !== null) return;
		this.#clock.mark(this.#outbox.end);
		this.#outbox.append(bytes);
		const { fault } = this.#outbox;
		if (fault !== null) this.#say(`the log ends here because ${fault}; the command continues`);
		this.#bell.ring();
	}

	async #run(deploy: Promise<NewDeploy>): Promise<void> {
		const wanted = this.#hide(await deploy);
		const idempotencyKey = randomUUID();
		const made = await this.#persistence.persist(() =>
			this.#api.create(wanted, since(this.#startedAt), idempotencyKey)
		);
		if (made.kind !== 'made') return this.#stop(made);
		this.#persistence.succeeded();
		this.#say(made.page);
		for (;;) {
			await this.#due();
			const answer = await this.#step(made.id);
			if (answer.kind === 'finished') return;
			if (answer.kind === 'full') this.#cut();
			else if (answer.kind !== 'offset') return this.#stop(answer);
			else if (!this.#full && !this.#confirm(answer.offset)) return this.#stop(lost(answer.offset));
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
		// A full log ends with a line of the server's own, so its offset is unknown here.
		const heartbeat = { offset: null, bytes: nothing, ages: null };
		if (this.#full) return this.#persistence.persist(() => this.#api.append(id, heartbeat));
		const { start } = this.#outbox;
		const bytes = this.#outbox.read(mostAtOnce);
		const { ages, length } = this.#clock.ages(start, bytes.length);
		const answer = await this.#api.append(id, { offset: start, bytes: bytes.subarray(0, length), ages });
		if (answer.kind === 'offset' && (answer.agreed || answer.offset !== start)) this.#persistence.succeeded();
		else if (answer.kind === 'offset') await this.#persistence.pause(unmoved);
		if (answer.kind !== 'later') return answer;
		await this.#persistence.pause(answer);
		// Whether the bytes arrived is unknown: the answer may have been lost on its way.
		return this.#persistence.persist(() => this.#api.size(id));
	}

	async #finish(id: string, { at, ...outcome }: Ending & { at: number }): Promise<Answer> {
		const size = this.#full ? {} : { size: this.#outbox.end };
		const finish = () => this.#api.finish(id, { ...outcome, ...size }, since(at));
		const answer = await this.#persistence.persist(finish);
		if (answer.kind !== 'offset') return answer;
		return this.#full || answer.offset >= this.#outbox.end ? lost(answer.offset) : answer;
	}

	#confirm(offset: number): boolean {
		this.#clock.forget(offset);
		return this.#outbox.confirm(offset);
	}

	/** The deploy's description must not contain a key either. */
	#hide(deploy: NewDeploy): NewDeploy {
		const hidden = (_: string, value: unknown) =>
			typeof value === 'string' ? this.#mask.hide(value) : value;
		return JSON.parse(JSON.stringify(deploy, hidden)) as NewDeploy;
	}

	#cut(): void {
		if (!this.#full) this.#say("the log has reached the server's limit; the command continues without it");
		this.#full = true;
		this.#outbox.confirm(this.#outbox.end);
	}

	#stop(answer: Answer): void {
		if (answer.kind === 'refused') {
			const rest = this.#outcome ? 'the log is incomplete' : 'the deploy is not streamed';
			this.#say(`${answer.reason}; ${rest}`);
		} else {
			const reason = answer.kind === 'later' && answer.doubtful ? ` (${answer.reason})` : '';
			this.#say(`the server did not answer${reason}: ${this.#unsent()} of the log were not sent`);
		}
	}

	#waiting(): string {
		const seconds = Math.round(this.#pace.patience / 1000);
		return `the command has ended; sending the rest of its log (${this.#unsent()}) for up to ${seconds} s, Ctrl-C stops it`;
	}

	#unsent(): string {
		const bytes = this.#outbox.unsent;
		return bytes < 10_000 ? `${bytes} bytes` : `${Math.round(bytes / 1024)} KiB`;
	}
}

const unmoved = { reason: 'it accepts no bytes', afterMs: 0, doubtful: false };

/** In whole ms. */
function since(moment: number): number {
	return Math.round(performance.now() - moment);
}

function lost(offset: number): Answer {
	return { kind: 'refused', reason: `the server's log unexpectedly ends at byte ${offset}` };
}
