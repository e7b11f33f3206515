import type { Writable } from 'node:stream';
import { DeployBuffer } from './buffer.ts';
import type { Appended } from './pending.ts';
import { isFinished, type Address, type Deploy, type NewDeploy } from './deploy.ts';
import { Leases } from './leases.ts';
import { LineReader, type Line } from './lines.ts';
import { Merger } from './merger.ts';
import { Printer } from './printer.ts';
import { range } from './range.ts';
import { Removal, type Kept } from './removal.ts';
import { Replay, type Extent } from './replay.ts';
import { RowReader, type Shown, type Tail } from './rows.ts';
import { search, type Found, type SearchQuery } from './search.ts';
import { deploySource } from './source.ts';
import type { Filter, Finish, Finished, Position } from './steps.ts';
import type { Creation, DeployStore, DeployUsage } from './store.ts';
import type { ByteMark } from './times.ts';

export interface DeploysOptions {
	store: DeployStore;
	/** Milliseconds between two flushes. */
	flushMs: number;
	/** How long a running deploy may be silent, in ms. */
	leaseMs: number;
	/** After how many ms to look for silent deploys of other servers; null: there are none. */
	idleMs: number | null;
	/** Where to print the log of each deploy that finishes; null: nowhere. */
	stdout: Writable | null;
	/** The logs that grew, called once they are on disk. */
	onflushed(addresses: Address[]): void;
	/** A deploy was created, finished, interrupted or revived. */
	onchanged(address: Address): void;
	/** Background work failed: a lease, a merge, printing. It is retried, except for printing. */
	onfailed(error: unknown): void;
}

/** The deploys of every organization and their logs, from the append to what a reader sees. */
export class Deploys {
	readonly #options: DeploysOptions;
	readonly #store: DeployStore;
	readonly #buffer: DeployBuffer;
	readonly #leases: Leases;
	readonly #merger: Merger;
	readonly #lines: LineReader;
	readonly #rows: RowReader;
	readonly #printer: Printer | null;
	readonly #removal: Removal;

	/** Begins at once to judge the deploys that an earlier run of the server left running, and to clean up after it. */
	constructor(options: DeploysOptions) {
		const { store, flushMs, leaseMs, idleMs, stdout, onflushed, onfailed } = options;
		const { upkeep, records, chunks } = store;
		this.#options = options;
		this.#store = store;
		this.#lines = new LineReader(store);
		const replay = new Replay(chunks, this.#lines);
		this.#rows = new RowReader(replay, (org, id) => this.#extentOf(org, id));
		this.#merger = new Merger(store, onfailed);
		this.#printer = stdout && new Printer(stdout, onfailed);
		const oninterrupted = (addresses: Address[]) => addresses.forEach((address) => this.#ended(address));
		this.#leases = new Leases({ upkeep, leaseMs, idleMs, oninterrupted, onfailed });
		const onrevived = (addresses: Address[]) => addresses.forEach((address) => this.#started(address));
		this.#buffer = new DeployBuffer({ records, flushMs, onflushed, onrevived });
		this.#removal = new Removal(store.removal, this.#buffer);
	}

	/** Goes on with what was under way when the last process ended: leases run out, and chunks of ended deploys are joined. */
	start(): void {
		this.#leases.wake();
		this.mergeLeft().catch(this.#options.onfailed);
	}

	/** Joins the chunks of ended deploys that a server which is gone has left as they were. */
	async mergeLeft(): Promise<void> {
		await this.#merger.resume();
	}

	/** Creates a running deploy with an empty log; a repeat with the same idempotency key gets the same deploy. */
	async create(org: string, deploy: NewDeploy, how: Creation = {}): Promise<Deploy> {
		const created = await this.#store.records.create(org, deploy, how);
		this.#started({ org, id: created.id });
		return created;
	}

	/** The deploy's current state; null if the organization has no such deploy. */
	get(org: string, id: string): Promise<Deploy | null> {
		return this.#store.records.get(org, id);
	}

	/** Newest first, at most 100; `next` is the `before` that continues the list, null at its end. */
	list(org: string, filter: Filter): Promise<{ deploys: Deploy[]; next: string | null }> {
		return this.#store.records.list(org, filter);
	}

	/** The services and environments of the organization's newest 500 deploys, by name. */
	namesOf(org: string): Promise<{ services: string[]; environments: string[] }> {
		return this.#store.records.namesOf(org);
	}

	/** What organizations' deploys take; organizations without any are left out. */
	usageOf(orgs: readonly string[]): Promise<Map<string, DeployUsage>> {
		return this.#store.usageOf(orgs);
	}

	/** The log's position on disk; null if the organization has no such deploy. */
	positionOf(org: string, id: string): Promise<Position | null> {
		return this.#store.records.positionOf(org, id);
	}

	/** Whether an append of this many bytes would be refused now: check it before reading a body. */
	isFull(length: number): boolean {
		return this.#buffer.isFull(length);
	}

	/**
	 * Appends bytes that begin at `offset` (null: at the end); none are a heartbeat. `marks`: when they arrived, if not now.
	 * Resolves when its answer is on disk.
	 * @throws FlushFailed when they could not be stored: the sender retries.
	 */
	append(
		org: string,
		id: string,
		offset: number | null,
		data: Uint8Array,
		marks: readonly ByteMark[] = []
	): Promise<Appended> {
		return this.#buffer.append(org, id, offset, data, marks);
	}

	/**
	 * Ends a deploy, after everything sent before is on disk. Repeated with the same status, it returns the deploy as it is.
	 */
	async finish(org: string, id: string, how: Finish): Promise<Finished> {
		await this.#buffer.flush();
		const finished = await this.#store.records.finish(org, id, how);
		if (finished.kind === 'finished' && finished.first) {
			this.#printer?.print(this.bytes(org, id, { from: 0, to: finished.deploy.size }));
			this.#ended({ org, id });
		}
		return finished;
	}

	/** The bytes of a log in a range, `to` exclusive, in pieces of at most 256 KiB, each read on demand. */
	bytes(org: string, id: string, within: { from: number; to: number }): AsyncGenerator<Uint8Array, void> {
		return range(this.#store.chunks, org, id, within);
	}

	/** The existing lines from `first` to `last` (from 1, inclusive); at most 5,000 or 4 MiB in one call. */
	lines(org: string, id: string, first: number, last: number): Promise<Line[]> {
		return this.#lines.read(org, id, first, last);
	}

	/** The rows of the lines from `first` to `last` as a terminal shows them: see rows.ts. At most 5,000 in one call. */
	rows(org: string, id: string, first: number, last: number): Promise<Shown> {
		return this.#rows.read(org, id, first, last);
	}

	/** The last rows as a terminal shows them, and its cursor. */
	lastRows(org: string, id: string, limit: number): Promise<Tail> {
		return this.#rows.tail(org, id, limit);
	}

	/** The offset at which a line (from 1) begins; null if the log has no such line. */
	startOf(org: string, id: string, line: number): Promise<number | null> {
		return this.#lines.startOf(org, id, line);
	}

	/** Where to begin showing the last `lines` lines, at most 1 MiB before the end; null if there is no such deploy. */
	tailOf(org: string, id: string, lines = 500): Promise<number | null> {
		return this.#lines.tailOf(org, id, lines);
	}

	/** The lines with a text, in order, ignoring case; 1,000 unless `limit` says otherwise. */
	search(org: string, id: string, wanted: SearchQuery): Promise<Found> {
		return search({ chunks: this.#store.chunks, lines: this.#lines, rows: this.#rows }, org, id, wanted);
	}

	/** The log as a stream of text for the tail, with the offset as its cursor. */
	source(org: string, id: string): ReturnType<typeof deploySource> {
		return deploySource(this.#store, org, id);
	}

	/** The organizations that have deploys. */
	organizations(): Promise<string[]> {
		return this.#removal.organizations();
	}

	/** Removes every deploy of a deleted organization; if `close` interrupts it, the next call continues. */
	removeOf(org: string): Promise<void> {
		return this.#removal.run(org);
	}

	/** Removes an organization's deploys past its retention; if `close` interrupts it, the next call continues. */
	removeOld(org: string, kept: Kept): Promise<number> {
		return this.#removal.removeOld(org, kept);
	}

	/** Resolves when no merge is waiting and everything has been printed. */
	async idle(): Promise<void> {
		await this.#merger.idle();
		await this.#printer?.idle();
	}

	/** Writes pending data and ends background work; a merge continues at the next start, a removal when asked again. */
	async close(): Promise<void> {
		await this.#leases.close();
		await this.#buffer.flush();
		await this.#removal.close();
		await this.#merger.close();
		await this.#printer?.idle();
	}

	async #extentOf(org: string, id: string): Promise<Extent | null> {
		const end = await this.source(org, id).head();
		const at = await this.positionOf(org, id);
		return at && { end, lines: at.lines, ended: isFinished(at.status) };
	}

	#started(address: Address): void {
		this.#options.onchanged(address);
		this.#leases.wake();
	}

	#ended(address: Address): void {
		this.#merger.add(address);
		this.#options.onchanged(address);
	}
}
