import { advisoryLocks } from '../postgres/advisory-locks.ts';
import { isWorkerAway } from '../postgres/citus.ts';
import type { Sql } from '../postgres/connect.ts';
import { now } from '../postgres/now.ts';
import * as partitions from '../postgres/partitions.ts';
import { transact } from '../postgres/transaction.ts';
import { CorruptChunk } from './chunks/bytes.ts';
import * as chunk from './chunks/chunk.ts';
import type { ChunkLine } from './chunks/line.ts';
import * as sealed from './sealed.ts';
import { next, type Fresh, type Step } from './tiers.ts';

/** Younger chunks are left alone: whether they were stored may still be asked (settle.ts). In ms. */
const youngest = 60_000;
/** Chunks that one step looks at. */
const mostChunks = 2_048;

export interface SealingOptions {
	/** Told once of every chunk that cannot be read. It stays as it is, and all others are merged. */
	damaged(error: CorruptChunk): void;
	/** Called after each step: how many chunks became one, and their lines. */
	merged?(chunks: number, lines: number): void;
	signal?: AbortSignal;
}

/** What is fresh: how much, and since when, in seconds. */
export interface Waiting {
	chunks: number;
	lines: number;
	seconds: number;
}

/** An organization's turn: what of it is old enough. */
interface Turn {
	org: string;
	cutoff: Date;
}

/**
 * Merges what is fresh: a few large chunks of one day take the place of many small ones. Only speed depends on it. Each step is a
 * transaction that deletes the old and inserts the new, so that a reader sees either, and a crash leaves either. Several instances
 * may run it: they take turns by organization.
 */
export class Sealing {
	readonly #sql: Sql;
	readonly #options: SealingOptions;
	/** Chunks that cannot be read, by organization and number. */
	readonly #damaged = new Set<string>();

	constructor(sql: Sql, options: SealingOptions) {
		this.#sql = sql;
		this.#options = options;
	}

	/**
	 * Merges all there is to merge, by PostgreSQL's clock unless given a time (epoch ms): what is young must be the same to all.
	 * @throws AggregateError afterwards, of what failed
	 */
	async run(given?: number): Promise<void> {
		const cutoff = new Date((given ?? (await now(this.#sql))) - youngest);
		const failures: unknown[] = [];
		for (const org of await this.#due(cutoff)) {
			await this.#runOf({ org, cutoff }).catch((error: unknown) => failures.push(error));
		}
		if (failures.length > 0) throw new AggregateError(failures, `${notSealed}: ${reasonsOf(failures)}`);
	}

	/** The organizations that have something to merge, or all if a worker is away that may know of some. */
	async #due(cutoff: Date): Promise<string[]> {
		try {
			const due = await this.#sql<{ org: string }[]>`
				SELECT DISTINCT org_id AS org FROM log_chunks WHERE day = 'infinity' AND received_at < ${cutoff}`;
			return due.map(({ org }) => org);
		} catch (error) {
			if (!isWorkerAway(error)) throw error;
			const all = await this.#sql<{ org: string }[]>`SELECT id AS org FROM organizations`;
			return all.map(({ org }) => org);
		}
	}

	/** What is fresh now, of all organizations. */
	async waiting(): Promise<Waiting> {
		const [fresh] = await this.#sql<[{ chunks: number; lines: number; since: Date | null }]>`
			SELECT count(*) AS chunks, coalesce(sum(lines), 0)::bigint AS lines, min(received_at) AS since
			FROM log_chunks WHERE day = 'infinity'`;
		const { since, ...rest } = fresh;
		const seconds = since ? Math.max(0, ((await now(this.#sql)) - since.getTime()) / 1000) : 0;
		return { ...rest, seconds };
	}

	async #runOf(turn: Turn): Promise<void> {
		for (let isMore = true; isMore && !this.#options.signal?.aborted;) {
			isMore = await transact(this.#sql, (transaction) => this.#step(transaction, turn));
		}
	}

	/** Takes an organization's next step; false if there is nothing left to do. */
	async #step(transaction: Sql, { org, cutoff }: Turn): Promise<boolean> {
		if (!(await isOurs(transaction, org))) return false;
		const fresh = await transaction<Fresh[]>`
			SELECT first_seq, last_seq, received_at, lines, bytes FROM log_chunks
			WHERE org_id = ${org} AND day = 'infinity' AND received_at < ${cutoff} ORDER BY first_seq LIMIT ${mostChunks}`;
		const step = next(
			fresh.filter(({ first_seq }) => !this.#damaged.has(`${org}/${first_seq}`)),
			cutoff
		);
		if (step === null) return false;
		const lines = await this.#linesOf(transaction, org, step);
		if (lines === null) return true; // without the damaged one
		if (step.isSealed) await this.#seal(transaction, org, step, lines);
		else await merge(transaction, org, step, lines);
		this.#options.merged?.(step.chunks.length, lines.length);
		return true;
	}

	/** The lines of a step's chunks; null if one of them is damaged, which is then left out of all that follow. */
	async #linesOf(transaction: Sql, org: string, { chunks }: Step): Promise<ChunkLine[] | null> {
		const rows = await transaction<(chunk.StoredChunk & { first_seq: number; received_at: Date })[]>`
			SELECT first_seq, received_at, lines, format, head, messages, attributes FROM log_chunks
			WHERE org_id = ${org} AND day = 'infinity'
				AND first_seq BETWEEN ${chunks[0]?.first_seq ?? 0} AND ${chunks.at(-1)?.first_seq ?? 0}
			ORDER BY first_seq`;
		const lines: ChunkLine[] = [];
		for (const row of rows) {
			try {
				lines.push(...(await chunk.decode({ ...row, receivedAt: row.received_at.getTime() })));
			} catch (error) {
				if (!(error instanceof CorruptChunk)) throw error;
				const key = `${org}/${row.first_seq}`;
				this.#damaged.add(key);
				error.message = `The chunk ${key} ${error.message}`;
				this.#options.damaged(error);
				return null;
			}
		}
		return lines;
	}

	async #seal(transaction: Sql, org: string, { chunks }: Step, lines: readonly ChunkLine[]): Promise<void> {
		const { first_seq, received_at } = chunks[0] as Fresh;
		const made = await sealed.seal(lines);
		const day = sealed.dayOf(received_at.getTime());
		if (!(await partitions.ensure(this.#sql, day)))
			throw new Error(`the partition of ${day} is not there yet`);
		await remove(transaction, org, chunks);
		await sealed.write(transaction, { org, first_seq, received_at }, made);
	}
}

const notSealed = 'lines of some organizations were not sealed';
/** Reasons that are named. */
const mostReasons = 3;

/** In the message, because the errors themselves do not reach another thread. */
function reasonsOf(failures: readonly unknown[]): string {
	const reasons = new Set(
		failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)))
	);
	return [...reasons].slice(0, mostReasons).join('; ');
}

/**
 * Locks an organization until the end of the transaction; false if another instance has it or the organization is gone. Its head
 * cannot be deleted meanwhile, so a purge never misses the chunk that this step writes.
 */
async function isOurs(transaction: Sql, org: string): Promise<boolean> {
	const [row] = await transaction<[{ ours: boolean }]>`
		SELECT pg_try_advisory_xact_lock(${advisoryLocks.sealing}, hashtext(${org})) AS ours`;
	if (!row.ours) return false;
	const heads = await transaction`SELECT 1 FROM log_heads WHERE org_id = ${org} FOR KEY SHARE`;
	return heads.length > 0;
}

/** Several fresh chunks become one that is fresh. */
async function merge(
	transaction: Sql,
	org: string,
	{ chunks }: Step,
	lines: readonly ChunkLine[]
): Promise<void> {
	const { first_seq, received_at } = chunks[0] as Fresh;
	const merged = await chunk.encode(lines, 1);
	await remove(transaction, org, chunks);
	await sealed.write(transaction, { org, first_seq, received_at }, merged);
}

/** Deletes chunks. @throws if retention was quicker with one of them: then all stays as it is */
async function remove(transaction: Sql, org: string, chunks: readonly Fresh[]): Promise<void> {
	const { count } = await transaction`
		DELETE FROM log_chunks WHERE org_id = ${org} AND day = 'infinity'
			AND first_seq = ANY (${chunks.map(({ first_seq }) => first_seq)}::bigint[])`;
	if (count !== chunks.length) throw new Error('some chunks were removed while they were merged');
}
