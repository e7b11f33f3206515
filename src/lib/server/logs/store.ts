import { randomUUID } from 'node:crypto';
import type { NewEntry } from '../../log/entry.ts';
import { isWorkerAway } from '../postgres/citus.ts';
import type { Sql } from '../postgres/connect.ts';
import type { CorruptChunk } from './chunks/bytes.ts';
import { chunksOf } from './entries.ts';
import { insertOf } from './insert.ts';
import type { Range } from './insertion.ts';
import { Reader, type Page } from './reader.ts';

export interface LogStore {
	/**
	 * Appends lines within the caller's transaction and returns their numbers. The head stays locked until its end. `arrived` is
	 * in epoch milliseconds: now, unless given.
	 * @throws NoOrganization
	 */
	append(org: string, entries: readonly NewEntry[], transaction: Sql, arrived?: number): Promise<Range>;
	/** The number of the newest line; 0 if there is none, or no such organization. */
	head(org: string): Promise<number>;
	/** The heads of several organizations in one query; without those whose worker is away. */
	heads(orgs: readonly string[]): Promise<Map<string, number>>;
	/** Lines after `seq`, oldest first: at most `limit`, and fewer if they are large or lie far apart. */
	after(org: string, seq: number, limit: number): Promise<Page>;
	/** Lines before `seq`, newest first; otherwise as `after`. */
	before(org: string, seq: number, limit: number): Promise<Page>;
}

/** The lines of every organization, in PostgreSQL. `damaged` is told of every chunk that cannot be read. */
export function logStore(sql: Sql, damaged: (error: CorruptChunk) => void = () => {}): LogStore {
	const reader = new Reader(sql, damaged);

	async function append(org: string, entries: readonly NewEntry[], transaction: Sql, arrived = Date.now()) {
		if (entries.length === 0) return { first_seq: 0, last_seq: 0 };
		const chunks = await chunksOf(entries, arrived);
		const insert = await insertOf(transaction);
		const [range] = await insert(transaction, [{ org, chunks }], { id: randomUUID(), arrived });
		return range as Range;
	}

	async function heads(orgs: readonly string[]): Promise<Map<string, number>> {
		try {
			return await headsOf(orgs);
		} catch (error) {
			if (!isWorkerAway(error) || orgs.length < 2) throw error;
			const each = await Promise.allSettled(orgs.map((org) => headsOf([org])));
			return new Map(each.flatMap((one) => (one.status === 'fulfilled' ? [...one.value] : [])));
		}
	}

	async function headsOf(orgs: readonly string[]): Promise<Map<string, number>> {
		const rows = await sql<{ org_id: string; seq: number }[]>`
			SELECT org_id, seq FROM log_heads WHERE org_id = ANY (${orgs as string[]}::uuid[])`;
		return new Map(rows.map(({ org_id, seq }) => [org_id, seq]));
	}

	return {
		append,
		head: async (org) => (await heads([org])).get(org) ?? 0,
		heads,
		after: (org, seq, limit) => reader.read(org, seq, 'after', limit),
		before: (org, seq, limit) => reader.read(org, seq, 'before', limit)
	};
}
