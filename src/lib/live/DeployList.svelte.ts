/** The deploys of an organization on the page: the stream reports changes, which are put in their place. */
import type { Deploy } from '../log/deploy.ts';
import { Connection } from './Connection.svelte.ts';
import * as api from './deploy-api.ts';
import * as list from './deploy-rows.ts';
import type { SseEvent } from '../log/sse.ts';
import type { Status } from './stream.ts';

export interface Start {
	/** The organization's slug. */
	org: string;
	filters: api.Filters;
	/** The page shows deploys before this one, so new ones do not appear on it. Null on the first page. */
	before: string | null;
	deploys: readonly Deploy[];
	next: string | null;
}

export class DeployList {
	/** Newest first. Replaced whole, never modified. */
	rows = $state.raw<readonly Deploy[]>([]);
	/** The start of the next page; null at the end. */
	next = $state<string | null>(null);
	/** Nothing is held back or counted here: what the top bar needs to know about a list. */
	readonly follow = { following: true };
	readonly fresh = 0;
	readonly delay = null;
	readonly rate = null;
	readonly #start: Start;
	readonly #connection: Connection;
	readonly #still: (change: () => void) => void;

	/** Uses no browser API. `still` makes a change without moving what is on the screen. */
	constructor(start: Start, still: (change: () => void) => void) {
		this.#start = start;
		this.#still = still;
		this.rows = start.deploys;
		this.next = start.next;
		this.#connection = new Connection({
			addressOf: () => api.listStreamAddress(start.org),
			cursor: '',
			onEvents: (events) => this.#merge(events.flatMap(deployOf)),
			onStatus: (status) => this.#catchUp(status)
		});
	}

	get status() {
		return this.#connection.status;
	}

	get clock(): Connection {
		return this.#connection;
	}

	/** Starts listening; the returned function stops it. */
	start(): () => void {
		return this.#connection.start();
	}

	/** Changes made while no stream was open are not sent again, so the page is reloaded whenever one opens. */
	#catchUp({ state }: Status): void {
		if (state !== 'live') return;
		const { org, filters, before } = this.#start;
		api.list(org, filters, before).then(
			({ deploys }) => this.#merge(deploys),
			() => {} // the stream has just opened, so the server is up; if it went since, it opens again
		);
	}

	#merge(changed: readonly Deploy[]): void {
		const { filters, before } = this.#start;
		const oldest = this.next === null ? '' : (this.rows.at(-1)?.id ?? '');
		const fits = (deploy: Deploy) => before === null && deploy.id > oldest && list.passes(deploy, filters);
		const rows = list.merge(this.rows, changed, fits);
		if (rows === this.rows) return;
		this.#still(() => {
			this.rows = rows.slice(0, list.most);
			if (rows.length > list.most) this.next = this.rows.at(-1)?.id ?? null;
		});
	}
}

function deployOf({ type, data }: SseEvent): Deploy[] {
	return type === 'deploy' && data !== null ? [JSON.parse(data)] : [];
}
