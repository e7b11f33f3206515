import * as alarm from './alarm.ts';
import type { Listener } from './listener.ts';

/** Why a stream is ended from here. */
export interface End {
	/** The words of API.md. */
	reason: 'signed out' | 'access removed' | 'server stopping';
	/** A sentence to show, if there is more to say. */
	detail?: string;
}

/** Finds which of the credentials no longer give access to the organization, and why. One query for all of them. */
export type FindRevoked<Credential> = (
	org: string,
	credentials: readonly Credential[]
) => Promise<Map<Credential, End>>;

/** When a credential ends by itself, and what is said then; null if that is not known before. */
export type ExpiryOf<Credential> = (credential: Credential) => { at: Date; why: End } | null;

interface Options<Credential> {
	most: number;
	findRevoked: FindRevoked<Credential>;
	expiryOf?: ExpiryOf<Credential>;
	failed(error: unknown): void;
}

interface Open<Credential> {
	org: string;
	credential: Credential;
	end(why: End, together?: number): void;
}

/**
 * The open streams of this process: how many there may be, and who is looking. When access to an organization changes
 * (topic `access:<org>`), those who lost it are shown out at once.
 */
export class Streams<Credential> {
	readonly #listener: Listener;
	readonly #findRevoked: FindRevoked<Credential>;
	readonly #expiryOf: ExpiryOf<Credential>;
	readonly #failed: (error: unknown) => void;
	readonly #most: number;
	readonly #open = new Set<Open<Credential>>();
	readonly #organizations = new Map<string, { streams: number; unsubscribe(): void }>();
	#stopping = false;

	constructor(listener: Listener, options: Options<Credential>) {
		this.#listener = listener;
		this.#most = options.most;
		this.#findRevoked = options.findRevoked;
		this.#expiryOf = options.expiryOf ?? (() => null);
		this.#failed = options.failed;
	}

	get size(): number {
		return this.#open.size;
	}

	/** Whether no further stream is admitted: all places are taken, or the server is stopping. */
	get full(): boolean {
		return this.#stopping || this.#open.size >= this.#most;
	}

	/** Takes a stream in. `end` is told why, and how many end together. The function returned lets it go and is idempotent. */
	admit(org: string, credential: Credential, end: (why: End, together?: number) => void): () => void {
		const open = { org, credential, end };
		this.#open.add(open);
		this.#watch(org);
		const expiry = this.#expiryOf(credential);
		const silence = expiry ? alarm.set(expiry.at.getTime(), () => end(expiry.why)) : () => {};
		return () => {
			silence();
			if (this.#open.delete(open)) this.#unwatch(org);
		};
	}

	/** Ends every stream and admits no more. */
	stop(): void {
		this.#stopping = true;
		const open = [...this.#open];
		for (const { end } of open) end({ reason: 'server stopping' }, open.length);
	}

	/** Looks again at who may see the organization; never rejects. */
	async recheck(org: string): Promise<void> {
		const here = [...this.#open].filter((open) => open.org === org);
		if (here.length === 0) return;
		try {
			const revoked = await this.#findRevoked(org, [...new Set(here.map(({ credential }) => credential))]);
			for (const { credential, end } of here) {
				const why = revoked.get(credential);
				if (why) end(why);
			}
		} catch (error) {
			this.#failed(error);
		}
	}

	/** Looks again at every organization: what the safety check does, should a wake-up have been lost. */
	async recheckAll(): Promise<void> {
		for (const org of [...this.#organizations.keys()]) await this.recheck(org);
	}

	#watch(org: string): void {
		const watched = this.#organizations.get(org);
		if (watched) return void watched.streams++;
		const unsubscribe = this.#listener.subscribe(`access:${org}`, () => void this.recheck(org));
		this.#organizations.set(org, { streams: 1, unsubscribe });
	}

	#unwatch(org: string): void {
		const watched = this.#organizations.get(org);
		if (!watched || --watched.streams > 0) return;
		watched.unsubscribe();
		this.#organizations.delete(org);
	}
}
