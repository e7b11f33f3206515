/**
 * Decides which windows of this browser may keep a stream open. Over HTTP/1.1 a browser opens six connections to a host, for
 * all of its windows together, and a seventh request waits until one of the others ends, which a stream never does. So only
 * some windows have a seat, those viewed last; the others poll for news.
 *
 * Nobody is in charge: each window tells the others that it is here and since when it has been viewed, and each works out for
 * itself who has a seat. A window that closes, crashes or freezes goes silent and loses its seat. `BroadcastChannel` works
 * over plain HTTP, where `navigator.locks` does not exist. Briefly, two windows may count differently and one seat too many be
 * taken: that is why there are fewer seats than connections.
 */

/** Of six connections these are for streams; the rest is for pages and what they fetch. */
const seats = 4;

/** How often a window says that it is here. Hidden windows have timers that fire once a second at most. */
const sayEveryMs = 2_000;

/** A window silent for this long is gone. */
const goneAfterMs = 7_000;

interface Claim {
	id: string;
	/** Whether it is visible: hidden windows come last. */
	isShown: boolean;
	/** When it last got the focus, in epoch milliseconds. */
	since: number;
}

interface Message extends Claim {
	says: 'hello' | 'here' | 'bye';
}

export interface Options {
	/** Called when the seat is lost or gained. */
	onChange(isSeated: boolean): void;
	/** The name of the channel; windows of other origins have their own anyway. */
	channel?: string;
	sayEveryMs?: number;
	goneAfterMs?: number;
}

export class Seat {
	isSeated = true;
	readonly #id = Math.random().toString(36).slice(2); // crypto.randomUUID does not exist over plain HTTP
	readonly #options: Options;
	readonly #others = new Map<string, { claim: Claim; heardAt: number }>();
	#own: Claim | null = null;
	#channel: BroadcastChannel | null = null;
	#saying: ReturnType<typeof setInterval> | undefined;

	constructor(options: Options) {
		this.#options = options;
	}

	/** Joins, or announces that it is visible, or that it just got the focus. */
	claim(isShown: boolean, isTurnedTo: boolean): void {
		const since = isTurnedTo ? Date.now() : (this.#own?.since ?? 0);
		this.#own = { id: this.#id, isShown, since };
		if (this.#channel) {
			this.#say('here');
			return this.#decide();
		}
		this.isSeated = isShown;
		this.#open();
		this.#say('hello');
	}

	/** Leaves; `claim` joins again. Idempotent. */
	leave(): void {
		this.#say('bye');
		this.#channel?.close();
		this.#channel = this.#own = null;
		clearInterval(this.#saying);
		this.#others.clear();
	}

	#open(): void {
		this.#channel = new BroadcastChannel(this.#options.channel ?? 'tailrace streams');
		this.#channel.onmessage = ({ data }: MessageEvent<Message>) => this.#hear(data);
		this.#saying = setInterval(() => this.#look(), this.#options.sayEveryMs ?? sayEveryMs);
	}

	#say(says: Message['says']): void {
		if (this.#own) this.#channel?.postMessage({ ...this.#own, says });
	}

	#hear({ says, ...claim }: Message): void {
		if (says === 'bye') this.#others.delete(claim.id);
		else this.#others.set(claim.id, { claim, heardAt: Date.now() });
		if (says === 'hello') this.#say('here');
		this.#decide();
	}

	#look(): void {
		const longAgo = Date.now() - (this.#options.goneAfterMs ?? goneAfterMs);
		for (const [id, { heardAt }] of this.#others) if (heardAt < longAgo) this.#others.delete(id);
		this.#say('here');
		this.#decide();
	}

	#decide(): void {
		const own = this.#own;
		if (!own) return;
		const before = [...this.#others.values()].filter(({ claim }) => comesBefore(claim, own)).length;
		const isSeated = before < seats;
		if (isSeated === this.isSeated) return;
		this.isSeated = isSeated;
		this.#options.onChange(isSeated);
	}
}

function comesBefore(one: Claim, other: Claim): boolean {
	if (one.isShown !== other.isShown) return one.isShown;
	return one.since === other.since ? one.id < other.id : one.since > other.since;
}
