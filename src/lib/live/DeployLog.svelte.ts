/** The log of one deploy on the page: its last 500 lines while following, any stretch of it while reading back. */
import { isFinished, type Deploy, type Line } from '../log/deploy.ts';
import { Connection } from './Connection.svelte.ts';
import * as api from './deploy-api.ts';
import * as lines from './deploy-lines.ts';
import { Follow } from './Follow.svelte.ts';
import type { LineRange } from './line-range.ts';
import { Meter } from './Meter.svelte.ts';
import type { SseEvent } from './sse.ts';

export interface Start {
	/** The organization's slug. */
	org: string;
	deploy: Deploy;
	/** Lines in a row, `cursor` the offset (bytes) up to which they reach; `lines` is how many the log has. */
	log: { rows: readonly Line[]; cursor: number; lines: number };
}

/** Makes a change of the rows in such a way that nothing on the screen moves. */
type Still = (change: () => void) => void;

export class DeployLog {
	deploy = $state.raw() as Deploy;
	/** What is on the screen: lines without a hole between them. Replaced whole, never changed. */
	rows = $state.raw<readonly lines.Row[]>([]);
	/** How many lines the log has. */
	total = $state(0);
	/** How many lines came while locked. */
	fresh = $state(0);
	readonly follow = new Follow(
		() => this.#plan(),
		() => this.reachesTip
	);

	readonly #address: api.Address;
	readonly #connection: Connection;
	readonly #meter = new Meter();
	/** The last rows of the log; null when the page began elsewhere and nothing came since. */
	#tip = $state.raw<readonly lines.Row[] | null>(null);
	readonly earlier = $derived((this.rows[0]?.line ?? 1) - 1);
	/** Whether what is on the screen reaches to the rows at the tip. */
	readonly reachesTip = $derived(
		this.#tip !== null && (this.rows.at(-1)?.line ?? 0) >= firstLine(this.#tip) - 1
	);
	readonly later = $derived(this.reachesTip ? 0 : this.total - (this.rows.at(-1)?.line ?? 0));
	/** Whether the stream has ended, or there never was one: the deploy is finished and all of its log is here. */
	over = $state(false);
	/** How many lines there were when the reader last saw the tip. */
	#seen = 0;
	#planned = false;

	/** Touches nothing of a browser: the server renders with it too. */
	constructor({ org, deploy, log }: Start) {
		this.#address = { org, id: deploy.id };
		this.deploy = deploy;
		this.rows = log.rows;
		this.total = this.#seen = log.lines;
		const atTip = (log.rows.at(-1)?.line ?? 0) >= log.lines;
		if (atTip) this.#tip = log.rows;
		else this.follow.lock();
		this.over = isFinished(deploy.status);
		this.#connection = new Connection({
			addressOf: (cursor) => api.streamAddress(this.#address, cursor),
			cursor: String(atTip ? log.cursor : deploy.size),
			onEvents: (events) => this.#take(events),
			onStatus: ({ state }) => (this.over ||= state === 'ended' && this.deploy.status !== 'running')
		});
	}

	get status() {
		return this.#connection.status;
	}

	get delay() {
		return this.#meter.delay;
	}

	get rate() {
		return this.#meter.rate;
	}

	get clock(): Connection {
		return this.#connection;
	}

	/** Whether the last lines are here, so that following can be taken up. */
	get knowsTip(): boolean {
		return this.#tip !== null;
	}

	/** Begins to listen; returns what ends it. */
	start(): () => void {
		const stop = [this.#meter.start(), this.#connection.start()];
		return () => {
			for (const end of stop) end();
		};
	}

	/** Adds up to 500 lines above. Throws when the server does not give them. */
	async showEarlier(still: Still): Promise<void> {
		this.follow.lock();
		const first = this.rows[0]?.line ?? 1;
		const found = await api.lines(this.#address, Math.max(1, first - api.page), first - 1);
		if (this.rows[0]?.line !== first || found.at(-1)?.line !== first - 1) return; // shown something else by now
		still(() => (this.rows = lines.prepend(this.rows, found)));
	}

	/** Adds up to 500 lines below. Throws when the server does not give them. */
	async showLater(still: Still): Promise<void> {
		const last = this.rows.at(-1)?.line ?? 0;
		const found = await api.lines(this.#address, last + 1, last + api.page);
		if (this.rows.at(-1)?.line !== last) return;
		still(() => (this.rows = lines.extendBelow(this.rows, found)));
	}

	/** Sees to it that a line is on the screen, with lines around it. Throws when the server does not give them. */
	async bring(line: number): Promise<void> {
		this.follow.lock();
		if (this.has(line)) return;
		const first = Math.max(1, line - api.page / 2);
		const found = await api.lines(this.#address, first, first + api.page - 1);
		if (found.length > 0) this.rows = found;
	}

	has(line: number): boolean {
		return this.rows.some((row) => row.line === line);
	}

	/** Lines as text, fetched when they are not on the screen. */
	async textOf({ first, last }: LineRange): Promise<string> {
		const shown = this.rows.filter(({ line }) => line >= first && line <= last);
		const all = shown.length === last - first + 1 ? shown : await api.lines(this.#address, first, last);
		return all.map(lines.plain).join('\n');
	}

	#take(events: readonly SseEvent[]): void {
		for (const { type, data } of events) {
			if (data !== null && type === 'log') this.#append(JSON.parse(data));
			if (data !== null && type === 'deploy') this.deploy = JSON.parse(data);
			if (type === 'reset') this.#reset();
		}
		this.#plan();
	}

	#append(piece: lines.Piece): void {
		this.#meter.arrived(lines.countNew(piece, this.total), piece.time);
		this.total = Math.max(this.total, lines.lastLine(piece));
		if (this.#tip) this.#tip = lines.append(this.#tip, piece);
	}

	/** The log was shorter than the cursor said: everything comes again. */
	#reset(): void {
		this.rows = this.#tip = [];
		this.total = this.#seen = this.fresh = 0;
	}

	#plan(): void {
		if (this.#planned) return;
		this.#planned = true;
		requestAnimationFrame(() => this.#paint());
	}

	#paint(): void {
		this.#planned = false;
		if (!this.follow.following || !this.#tip) {
			this.fresh = this.total - this.#seen;
			return this.#meter.held();
		}
		this.rows = lines.approach(this.rows, this.#tip);
		this.#seen = this.total;
		this.fresh = 0;
		if (this.rows.length < this.#tip.length) return this.#plan();
		this.#meter.shown(() => this.#connection.correction);
	}
}

function firstLine(rows: readonly lines.Row[]): number {
	return rows[0]?.line ?? 1;
}
