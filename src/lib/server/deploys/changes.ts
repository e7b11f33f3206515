import type { Bus } from '../bus/bus.ts';
import { isFinished, type Deploy } from './deploy.ts';
import type { Deploys } from './deploys.ts';
import { mostListed } from './listed.ts';

/** Who follows an organization's deploys. */
interface Follower {
	/** The states that it was told. */
	known: Map<string, string>;
	/** The one deploy that it follows; null: all. */
	only: string | null;
	receive(deploy: Deploy): void;
}

interface Watch {
	followers: Set<Follower>;
	/** Those that had not ended at the last look. */
	open: Set<string>;
	isLooking: boolean;
	/** Whether it was woken while it looked. */
	again: boolean;
	unsubscribe(): void;
}

/** How long to wait after a look that failed, in ms; the next wake-up does not wait. */
const retryAfter = 1_000;

/** The topic of an organization's deploys. */
export const changesTopicOf = (org: string) => `deploys:${org}`;

/**
 * Tells followers each change of an organization's deploys, whichever server made it: a created, finished, interrupted or
 * revived one. A wake-up says only that there is something to see, so each look compares the deploys with what each follower
 * knows, once for all of them.
 */
export class DeployChanges {
	readonly #deploys: Deploys;
	readonly #bus: Bus;
	readonly #failed: (error: unknown) => void;
	readonly #watches = new Map<string, Watch>();

	constructor(deploys: Deploys, bus: Bus, failed: (error: unknown) => void) {
		this.#deploys = deploys;
		this.#bus = bus;
		this.#failed = failed;
	}

	/** The deploys that can change unless they are followed by id, newest first: the newest 100 and all that run. */
	async current(org: string): Promise<Deploy[]> {
		const [newest, running] = await Promise.all([
			this.#deploys.list(org, { limit: mostListed }),
			this.#deploys.list(org, { limit: mostListed, status: 'running' })
		]);
		const shown = new Set(newest.deploys.map(({ id }) => id));
		return [...newest.deploys, ...running.deploys.filter(({ id }) => !shown.has(id))];
	}

	/**
	 * Calls `receive` with each deploy that is not as in `known`, from now on; `only` is the id of the one to follow. The
	 * returned function unsubscribes; it is idempotent.
	 */
	subscribe(
		org: string,
		{ known, only = null }: { known: readonly Deploy[]; only?: string | null },
		receive: (deploy: Deploy) => void
	): () => void {
		const follower = { known: new Map(known.map((deploy) => [deploy.id, stateOf(deploy)])), only, receive };
		const watch = this.#watches.get(org) ?? this.#begin(org);
		watch.followers.add(follower);
		this.#look(org, watch);
		return () => {
			if (!watch.followers.delete(follower) || watch.followers.size > 0) return;
			watch.unsubscribe();
			this.#watches.delete(org);
		};
	}

	#begin(org: string): Watch {
		const watch: Watch = {
			followers: new Set(),
			open: new Set(),
			isLooking: false,
			again: false,
			unsubscribe: () => {}
		};
		this.#watches.set(org, watch);
		watch.unsubscribe = this.#bus.subscribe(changesTopicOf(org), () => this.#look(org, watch));
		return watch;
	}

	#look(org: string, watch: Watch): void {
		watch.again = true;
		if (watch.isLooking) return;
		watch.isLooking = true;
		void this.#lookWhileWoken(org, watch);
	}

	/** Never rejects. */
	async #lookWhileWoken(org: string, watch: Watch): Promise<void> {
		try {
			while (watch.again && watch.followers.size > 0) {
				watch.again = false;
				const found = await this.#find(org, watch);
				for (const follower of [...watch.followers]) tell(follower, found);
			}
		} catch (error) {
			this.#failed(error);
			setTimeout(() => this.#look(org, watch), retryAfter).unref();
		}
		watch.isLooking = false;
	}

	/** The deploys as they are now, oldest first, and so those that had not ended and are no longer among the current ones. */
	async #find(org: string, watch: Watch): Promise<Deploy[]> {
		const current = await this.current(org);
		const ids = new Set(current.map(({ id }) => id));
		const followed = [...watch.followers].flatMap(({ only }) => only ?? []);
		const others = [...new Set([...watch.open, ...followed])].filter((id) => !ids.has(id));
		const rest = await Promise.all(others.map((id) => this.#deploys.get(org, id)));
		const found = [...current, ...rest.filter((deploy) => deploy !== null)].reverse();
		watch.open = new Set(found.filter(({ status }) => !isFinished(status)).map(({ id }) => id));
		return found;
	}
}

function tell({ known, only, receive }: Follower, found: readonly Deploy[]): void {
	for (const deploy of found) {
		if (only !== null && deploy.id !== only) continue;
		const state = stateOf(deploy);
		if (known.get(deploy.id) === state) continue;
		known.set(deploy.id, state);
		receive(deploy);
	}
}

/** What counts as a change: growing does not. A deploy that is revived and interrupted again has ended at another time. */
const stateOf = ({ status, finished_at, exit_code }: Deploy) => `${status} ${finished_at} ${exit_code}`;
