import type { NewEntry } from '../../log/entry.ts';
import type { Outbox } from '../outbox/delivery.ts';
import type { Chunk } from './chunk.ts';
import type { Address, Deploy, NewDeploy } from './deploy.ts';
import type { Addition, Added, Filter, Finish, Finished, Position } from './steps.ts';

/**
 * What a database keeps of deploys: one contract, two stores. SQLite serves the one server whose file it is, PostgreSQL any
 * number of servers. A promise resolves when what was asked for is on disk. Times are epoch ms; `now` is the database's clock
 * unless a test gives one.
 */
export interface DeployStore {
	readonly records: Records;
	readonly chunks: Chunks;
	readonly upkeep: Upkeep;
	readonly removal: RemovalStore;
	/** The status changes to announce in the logs, written with the change; their lane is the organization. */
	readonly announcements: Outbox<NewEntry>;
	/** What organizations' deploys take; organizations without any are left out. */
	usageOf(orgs: readonly string[]): Promise<Map<string, DeployUsage>>;
}

/** The deploys themselves. */
export interface Records {
	/** Creates a running deploy with an empty log and announces it; a repeat with the same idempotency key gets the first one. */
	create(org: string, deploy: NewDeploy, how?: Creation): Promise<Deploy>;
	/** The deploy's current state; null if the organization has no such deploy. */
	get(org: string, id: string): Promise<Deploy | null>;
	/** Newest first; `next` is the `before` that continues the list, null at its end. */
	list(org: string, filter: Filter): Promise<{ deploys: Deploy[]; next: string | null }>;
	/** The services and environments of the organization's newest 500 deploys, by name. */
	namesOf(org: string): Promise<{ services: string[]; environments: string[] }>;
	/** The log's position; null if the organization has no such deploy. */
	positionOf(org: string, id: string): Promise<Position | null>;
	/**
	 * Appends to any number of logs in one transaction; revived deploys are announced. A log that does not end where its
	 * addition begins, because another server moved it, is left alone.
	 */
	append(additions: readonly Addition[], now?: number): Promise<Added[]>;
	/** Ends a deploy whose log has the sender's size, and announces it. Repeated with the same status, it changes nothing. */
	finish(org: string, id: string, how: Finish, now?: number): Promise<Finished>;
}

export interface Creation {
	idempotencyKey?: string | null;
	/** How long ago it began by its sender's clock, in ms. */
	ageMs?: number;
	now?: number;
}

/** The pieces of the logs. Any offset within a piece finds it: joining takes nothing away from a reader. */
export interface Chunks {
	/** The chunk with the byte at `offset`; null beyond the end of the log. */
	at(org: string, id: string, offset: number): Promise<Chunk | null>;
	/**
	 * The last chunk that begins in a line before `line`, which is at least 2: the line begins in it or right after it. `size`
	 * is that of the log in bytes. Null: nothing is there.
	 */
	beforeLine(org: string, id: string, line: number, size: number): Promise<Chunk | null>;
	/**
	 * Joins chunks, starting with the one at `offset`, in one short transaction, if they are small. Returns the offset to
	 * continue from, null at the end. A crash leaves either the old chunks or the new one.
	 */
	join(org: string, id: string, offset: number): Promise<number | null>;
}

/** The server's own queries about deploys. Only these look at every organization; nobody is shown their results. */
export interface Upkeep {
	/** Makes deploys silent for longer than this, in ms, interrupted, finished when last heard of, and announces them. */
	interruptSilent(leaseMs: number, now?: number): Promise<Address[]>;
	/** For how many ms the longest-silent running deploy has been silent; null if none runs. */
	longestSilence(now?: number): Promise<number | null>;
	/** The ended deploys whose small chunks have not been joined. */
	unmerged(): Promise<Address[]>;
	/** Marks a deploy's chunks as joined, unless it runs again. */
	setMerged(org: string, id: string): Promise<void>;
}

/** A deploy that ended long ago, and its group. */
export interface Old {
	id: string;
	service: string;
	environment: string | null;
}

/** Deletes deploys. */
export interface RemovalStore {
	/** The organizations that have deploys. */
	organizations(): Promise<string[]>;
	/** An organization's oldest deploy; null if it has none. */
	oldestOf(org: string): Promise<Address | null>;
	/** A deploy that was taken away and whose log is still there; null if there is none. */
	oldestAside(): Promise<Address | null>;
	/** Deletes some chunks from the end of a log, in one short transaction; false if there were none. */
	shorten(address: Address): Promise<boolean>;
	/** An organization's next deploys, by id after `after`, that were created and ended before a time (epoch ms). */
	endedBefore(org: string, time: number, after: string | null, most: number): Promise<Old[]>;
	/** Whether at least this many of the same service and environment are newer. */
	hasNewer(org: string, one: Old, count: number): Promise<boolean>;
	/** Takes a deploy from its owner, so that it is gone for everyone at once; false if it runs. */
	setAside(org: string, id: string): Promise<boolean>;
	/** Deletes a deploy whose log is gone. */
	remove(address: Address): Promise<void>;
}

/** What the deploys of an organization take. */
export interface DeployUsage {
	/** Bytes of their logs. */
	bytes: number;
	/** When one of them was last heard of, epoch ms. */
	lastAppendAt: number;
}
