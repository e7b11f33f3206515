import * as alarm from './alarm.ts';
import type { Loss } from '../access/revocation.ts';
import type { Bus } from '../bus/bus.ts';

/** Why the server ends a stream: its access was lost, or the server stops. */
export interface End extends Partial<Pick<Loss, 'detail'>> {
	/** The words of API.md. */
	reason: Loss['reason'] | 'server stopping';
}

/** Finds which credentials no longer give access to which organization, and why. One query for all of them. */
export type FindAllRevoked<Credential> = (
	asked: ReadonlyMap<string, ReadonlySet<Credential>>
) => Promise<ReadonlyMap<string, ReadonlyMap<Credential, End>>>;

/** When a credential expires, and what to say then; null if that is not known in advance. */
export type ExpiryOf<Credential> = (credential: Credential) => { at: Date; why: End } | null;

/** Whether a stream has a place; else what is full (a server that stops is, too), and how many streams it takes. */
export type Admission =
	{ ok: true; leave(): void } | { ok: false; full: 'server' | 'organization'; most: number };

interface Options<Credential> {
	most: number;
	findAllRevoked: FindAllRevoked<Credential>;
	expiryOf?: ExpiryOf<Credential>;
	failed(error: unknown): void;
}

interface Open<Credential> {
	credential: Credential;
	end(why: End, together?: number): void;
}

/** An organization with open streams. */
interface Watched<Credential> {
	readonly org: string;
	readonly open: Set<Open<Credential>>;
	/** Those that the next check is about. */
	readonly unseen: Set<Open<Credential>>;
	/** While a check runs: ends when none are unseen. */
	looking: Promise<void> | null;
	unsubscribe(): void;
}

/** About this many streams of small organizations share a query of the safety check. */
const mostAtOnce = 1_000;

/**
 * The open streams of this process: how many there may be, and for whom. When access to an organization changes (topic
 * `access:<org>`), it closes the streams of anyone who lost it at once.
 */
export class Streams<Credential> {
	readonly #bus: Bus;
	readonly #findAllRevoked: FindAllRevoked<Credential>;
	readonly #expiryOf: ExpiryOf<Credential>;
	readonly #failed: (error: unknown) => void;
	readonly #most: number;
	readonly #organizations = new Map<string, Watched<Credential>>();
	#size = 0;
	#stopping = false;

	constructor(bus: Bus, options: Options<Credential>) {
		this.#bus = bus;
		this.#most = options.most;
		this.#findAllRevoked = options.findAllRevoked;
		this.#expiryOf = options.expiryOf ?? (() => null);
		this.#failed = options.failed;
	}

	/** How many streams one organization may have: a quarter, which leaves room for the others. */
	get mostOfOne(): number {
		return Math.ceil(this.#most / 4);
	}

	get size(): number {
		return this.#size;
	}

	/**
	 * Admits a stream and checks it once: its access may have ended since its request was checked, along with the wake-up.
	 * `end` is told why, and how many end together. `leave` releases it and is idempotent.
	 */
	admit(org: string, credential: Credential, end: (why: End, together?: number) => void): Admission {
		const full = this.#fullFor(org);
		if (full) return { ok: false, full, most: full === 'server' ? this.#most : this.mostOfOne };
		const watched = this.#organizations.get(org) ?? this.#watch(org);
		const open = { credential, end };
		watched.open.add(open);
		this.#size++;
		void this.#look(watched, [open]);
		const expiry = this.#expiryOf(credential);
		const silence = expiry ? alarm.set(expiry.at.getTime(), () => end(expiry.why)) : () => {};
		const leave = () => {
			silence();
			if (!watched.open.delete(open)) return;
			this.#size--;
			watched.unseen.delete(open);
			if (watched.open.size === 0) this.#unwatch(watched);
		};
		return { ok: true, leave };
	}

	#fullFor(org: string): 'server' | 'organization' | null {
		if (this.#stopping || this.#size >= this.#most) return 'server';
		return (this.#organizations.get(org)?.open.size ?? 0) >= this.mostOfOne ? 'organization' : null;
	}

	/** Ends every stream and admits no more. */
	stop(): void {
		this.#stopping = true;
		const open = [...this.#organizations.values()].flatMap((watched) => [...watched.open]);
		for (const { end } of open) end({ reason: 'server stopping' }, open.length);
	}

	/** Rechecks who may see the organization; never rejects. */
	async recheck(org: string): Promise<void> {
		const watched = this.#organizations.get(org);
		if (watched) await this.#look(watched, watched.open);
	}

	/** Rechecks every organization, many per query: the safety check's part, in case a wake-up was lost. Never rejects. */
	async recheckAll(): Promise<void> {
		let batch: Watched<Credential>[] = [];
		let streams = 0;
		for (const watched of [...this.#organizations.values()]) {
			batch.push(watched);
			streams += watched.open.size;
			if (streams < mostAtOnce) continue;
			await this.#showOut(batch);
			[batch, streams] = [[], 0];
		}
		await this.#showOut(batch);
	}

	/** Checks these: now, or together with others that arrive during a running check of the organization. */
	#look(watched: Watched<Credential>, streams: Iterable<Open<Credential>>): Promise<void> {
		for (const open of streams) watched.unseen.add(open);
		watched.looking ??= this.#lookAtUnseen(watched);
		return watched.looking;
	}

	async #lookAtUnseen(watched: Watched<Credential>): Promise<void> {
		while (watched.unseen.size > 0) {
			const open = new Set(watched.unseen);
			watched.unseen.clear();
			await this.#showOut([{ org: watched.org, open }]);
		}
		watched.looking = null; // in the same turn as the check, so that no stream comes between
	}

	/** Ends the streams whose credential no longer gives access; never rejects. */
	async #showOut(some: readonly Pick<Watched<Credential>, 'org' | 'open'>[]): Promise<void> {
		if (some.length === 0) return;
		const asked = some.map(({ org, open }) => ({ org, open: [...open] }));
		const credentials = new Map(
			asked.map(({ org, open }) => [org, new Set(open.map(({ credential }) => credential))])
		);
		try {
			const revoked = await this.#findAllRevoked(credentials);
			for (const { org, open } of asked) {
				for (const { credential, end } of open) {
					const why = revoked.get(org)?.get(credential);
					if (why) end(why);
				}
			}
		} catch (error) {
			this.#failed(error);
		}
	}

	#watch(org: string): Watched<Credential> {
		const unsubscribe = this.#bus.subscribe(`access:${org}`, () => void this.recheck(org));
		const watched: Watched<Credential> = {
			org,
			open: new Set(),
			unseen: new Set(),
			looking: null,
			unsubscribe
		};
		this.#organizations.set(org, watched);
		return watched;
	}

	#unwatch({ org, unsubscribe }: Watched<Credential>): void {
		unsubscribe();
		this.#organizations.delete(org);
	}
}
