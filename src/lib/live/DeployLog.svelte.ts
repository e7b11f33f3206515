/** The log of one deploy on the page: its last 500 lines while following, any part of it while reading back. */
import { tick } from 'svelte';
import { isFinished, type Deploy } from '../log/deploy.ts';
import { Connection } from './Connection.svelte.ts';
import * as api from './deploy-api.ts';
import * as screen from './deploy-screen.ts';
import * as deployText from './deploy-text.ts';
import { Follow, type ReadingPlace } from './Follow.svelte.ts';
import type { LineRange } from './line-range.ts';
import { Meter } from './Meter.svelte.ts';
import type { SseEvent } from '../log/sse.ts';

export interface Start {
	/** The organization's slug. */
	org: string;
	deploy: Deploy;
	/**
	 * Rows without a gap; `tip` is where the stream continues (bytes), null if other rows follow; `lines` is the log's line
	 * count.
	 */
	log: {
		rows: readonly screen.Row[];
		tip: { cursor: number; screen: screen.DeployTip } | null;
		lines: number;
	};
}

export class DeployLog {
	deploy = $state.raw() as Deploy;
	/** On the screen: lines without a gap. Replaced whole, never modified. */
	rows = $state.raw<readonly screen.Row[]>([]);
	/** The log's line count. */
	total = $state(0);
	/** How many rows arrived while locked. */
	fresh = $state(0);
	readonly follow = new Follow({
		rows: ['line'],
		endsAtTip: () => this.reachesTip && this.#ahead === 0,
		readOn: () => this.#readOn(),
		resumed: () => this.#plan()
	});

	readonly #address: api.Address;
	readonly #connection: Connection;
	readonly #meter = new Meter();
	/** Whether no row is known to follow those on the screen. */
	#atEnd = $state(false);
	/** Where the stream is written; null if the last rows are not loaded. */
	#screen: screen.DeployScreen | null = null;
	readonly #start: Start['log'];
	/** The last rows of the log; null if the page began elsewhere and nothing has arrived since. */
	#tip = $state.raw<readonly screen.Row[] | null>(null);
	readonly earlier = $derived((this.rows[0]?.line ?? 1) - 1);
	/** Whether the screen reaches the rows at the tip. */
	readonly reachesTip = $derived(
		this.#tip !== null && (this.rows.at(-1)?.line ?? 0) >= firstLine(this.#tip) - 1
	);
	readonly later = $derived(this.reachesTip || this.#atEnd ? 0 : this.total - (this.rows.at(-1)?.line ?? 0));
	/** Whether the stream has ended, or there never was one: the deploy is finished and its whole log is loaded. */
	over = $state(false);
	/** How many rows there were when the reader last saw the tip. */
	#seen = 0;
	#planned = false;
	/** Whether anything was written since the last rows were taken from the screen. */
	#changed = false;
	#isLoadingLater = false;

	/** Uses no browser API: the server renders with it too. */
	constructor({ org, deploy, log }: Start) {
		this.#address = { org, id: deploy.id };
		this.deploy = deploy;
		this.rows = log.rows;
		this.total = log.lines;
		this.#start = log;
		if (log.tip) this.#tip = log.rows;
		else this.follow.lock();
		this.over = isFinished(deploy.status);
		this.#connection = new Connection({
			addressOf: (cursor) => api.streamAddress(this.#address, cursor),
			cursor: String(log.tip?.cursor ?? deploy.size),
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

	/** Whether the last lines are loaded, so that following can resume. */
	get knowsTip(): boolean {
		return this.#tip !== null;
	}

	/** Starts listening; the returned function stops it. */
	start(): () => void {
		const { rows, tip } = this.#start;
		if (tip) this.#screen ??= new screen.DeployScreen(rows, tip.screen);
		this.#seen = this.#count;
		const stop = [this.#meter.start(), this.#connection.start()];
		return () => {
			for (const end of stop) end();
		};
	}

	/** Adds the rows of 500 lines above. Throws if the server does not return them. */
	async showEarlier(): Promise<void> {
		this.follow.lock();
		const first = this.rows[0]?.line ?? 1;
		const found = await api.rows(this.#address, Math.max(1, first - api.page), first - 1);
		if (this.rows[0]?.line !== first) return; // something else is shown by now
		this.follow.still(() => (this.rows = screen.prepend(this.rows, found.rows)));
	}

	/** Adds the rows of 500 lines below. Throws if the server does not return them. */
	async showLater(): Promise<void> {
		const last = this.rows.at(-1)?.line ?? 0;
		const found = await api.rows(this.#address, last + 1, last + api.page);
		if (this.rows.at(-1)?.line !== last) return;
		this.follow.still(() => (this.rows = screen.extendBelow(this.rows, found.rows)));
		this.#atEnd = found.end;
	}

	/** Goes to where the reader was. Throws if the server does not return the lines there. */
	async goTo(place: ReadingPlace): Promise<void> {
		await this.bring(place.row);
		await tick();
		this.follow.goTo(place);
	}

	/** Makes sure that a line is on the screen, with lines around it. Throws if the server does not return them. */
	async bring(line: number): Promise<void> {
		this.follow.lock();
		if (line >= (this.rows[0]?.line ?? Infinity) && line <= (this.rows.at(-1)?.line ?? 0)) return;
		const first = Math.max(1, line - api.page / 2);
		const found = await api.rows(this.#address, first, first + api.page - 1);
		if (found.rows.length === 0) return;
		this.rows = found.rows;
		this.#atEnd = found.end;
	}

	/** The row of a line on the screen; null if it is not there, or has none. */
	rowOf(line: number): screen.Row | null {
		return line > this.total ? null : screen.rowOf(this.rows, line);
	}

	/** Lines as text, fetched if they are not on the screen. Throws if the server does not return them. */
	textOf(range: LineRange): Promise<string> {
		const { rows, total, later } = this;
		return deployText.of(this.#address, { rows, total, isToEnd: later === 0 }, range);
	}

	/** The reader scrolls down: shows what arrived meanwhile, or fetches what lies in between. */
	#readOn(): void {
		if (!this.#tip || !this.reachesTip) return this.#loadLater();
		const rows = screen.readOn(this.rows, this.#tip);
		this.follow.still(() => (this.rows = rows));
		this.#seen = this.#count - this.#ahead;
		this.fresh = this.#ahead;
	}

	/** How many of the rows at the tip follow those on the screen. */
	get #ahead(): number {
		const last = this.rows.at(-1)?.line ?? 0;
		return (this.#tip ?? []).filter(({ line }) => line > last).length;
	}

	#loadLater(): void {
		if (this.#isLoadingLater || this.later === 0) return;
		this.#isLoadingLater = true;
		this.showLater()
			.catch(() => {}) // the link below the rows still offers them
			.finally(() => (this.#isLoadingLater = false));
	}

	#take(events: readonly SseEvent[]): void {
		for (const { type, data } of events) {
			if (data !== null && type === 'log') this.#append(JSON.parse(data));
			if (data !== null && type === 'deploy') this.deploy = JSON.parse(data);
			if (type === 'reset') this.#reset();
		}
		if (this.#changed && this.#screen) this.#tip = this.#screen.rows();
		this.#changed = false;
		this.#plan();
	}

	#append(chunk: screen.TextChunk): void {
		this.#meter.arrived(screen.countNew(chunk, this.total), chunk.time);
		this.total = Math.max(this.total, screen.lastLine(chunk));
		this.#atEnd = false;
		if (!this.#screen) return;
		this.#screen.append(chunk);
		this.#changed = true;
	}

	get #count(): number {
		return this.#screen?.count ?? this.total;
	}

	/** The log was shorter than the cursor said: everything is sent again. */
	#reset(): void {
		this.rows = this.#tip = [];
		this.#screen = new screen.DeployScreen();
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
			this.fresh = this.#count - this.#seen;
			return this.#meter.held();
		}
		this.rows = screen.approach(this.rows, this.#tip);
		this.#seen = this.#count;
		this.fresh = 0;
		if (this.rows.length < this.#tip.length) return this.#plan();
		this.#meter.shown(() => this.#connection.correction);
	}
}

function firstLine(rows: readonly screen.Row[]): number {
	return rows[0]?.line ?? 1;
}
