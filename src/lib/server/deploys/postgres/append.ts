import type { Sql } from '../../postgres/connect.ts';
import { now as databaseNow } from '../../postgres/now.ts';
import { transact } from '../../postgres/transaction.ts';
import { chunksOf } from '../chunk.ts';
import { isFinished } from '../deploy.ts';
import { deployOf, type Row } from '../row.ts';
import { positionAfter, type Added, type Addition, type Position } from '../steps.ts';
import { marksOf, rising, type Timed } from '../times.ts';
import { announce, columns, isId } from './row.ts';
import { wakeFollowers, wakeReaders } from './wake.ts';

/** Where a deploy stands that nobody else moves until the transaction ends. */
export interface Locked extends Position {
	id: string;
	/** The earliest epoch ms for anything new: the last line arrived then, or the deploy began. */
	earliest: number;
	/** PostgreSQL's time, epoch ms. */
	now: number;
}

/** Locks deploys of one organization, in an order that all servers keep; those that do not exist are left out. */
export async function lock(transaction: Sql, org: string, ids: readonly string[]): Promise<Locked[]> {
	const rows = await transaction<
		(Omit<Locked, 'now' | 'earliest'> & { startedAt: number; last: Timed | null })[]
	>`
		SELECT id, status, size, lines, mid_line AS "midLine", cut_at AS "cutAt", started_at AS "startedAt",
			(
				SELECT json_build_object('firstLine', first_line, 'flushedAt', flushed_at, 'times', times)
				FROM deploy_chunks AS chunk
				WHERE chunk.org_id = ${org} AND chunk.deploy_id = deploys.id ORDER BY "offset" DESC LIMIT 1) AS last
		FROM deploys WHERE org_id = ${org} AND id = ANY (${ids as string[]}::uuid[])
		ORDER BY id FOR UPDATE`;
	const now = await databaseNow(transaction); // after the wait for the locks
	return rows.map(({ startedAt, last, ...row }) => ({
		...row,
		now,
		earliest: last ? (marksOf(last).at(-1)?.time ?? startedAt) : startedAt
	}));
}

/** Records.append, in PostgreSQL: one transaction, one organization after the other in an order that all servers keep. */
export async function append(sql: Sql, additions: readonly Addition[], now?: number): Promise<Added[]> {
	const byOrg = Map.groupBy(
		additions.filter(({ id }) => isId(id)),
		({ org }) => org
	);
	const added = new Map<Addition, Added>();
	await transact(sql, async (transaction) => {
		added.clear();
		for (const [org, some] of [...byOrg].sort(([a], [b]) => (a < b ? -1 : 1))) {
			await appendOf(transaction, { org, additions: some, now }, added);
		}
	});
	return additions.map((addition) => added.get(addition) ?? { kind: 'changed', at: null });
}

async function appendOf(
	transaction: Sql,
	{ org, additions, now }: { org: string; additions: readonly Addition[]; now: number | undefined },
	added: Map<Addition, Added>
): Promise<void> {
	const ids = additions.map(({ id }) => id);
	const locked = new Map((await lock(transaction, org, ids)).map((row) => [row.id, row]));
	const stored: { addition: Addition; at: Locked }[] = [];
	for (const addition of additions) {
		const at = locked.get(addition.id) ?? null;
		const isInPlace = at !== null && at.size === addition.offset && !isFinished(at.status);
		if (isInPlace) stored.push({ addition, at });
		added.set(
			addition,
			isInPlace ? { kind: 'stored', revived: at.status === 'interrupted' } : { kind: 'changed', at }
		);
	}
	const moved = await Promise.all(stored.map(({ addition, at }) => move(transaction, addition, at, now)));
	const revived = stored.filter(({ at }) => at.status === 'interrupted').map(({ addition }) => addition);
	for (const [index, { at }] of stored.entries()) {
		if (at.status !== 'interrupted') continue;
		await announce(transaction, org, deployOf(moved[index] as Row), now ?? at.now);
	}
	await wakeReaders(
		transaction,
		stored.map(({ addition }) => addition).filter(({ data }) => data.length > 0)
	);
	await wakeFollowers(transaction, revived);
}

/** Adds to one log. Its marks are by this server's clock, which may be wrong: they are moved to PostgreSQL's. */
async function move(transaction: Sql, addition: Addition, at: Locked, given?: number): Promise<Row> {
	const { org, id, offset, data, marks = [] } = addition;
	const now = given ?? at.now;
	const ahead = given === undefined ? Date.now() - now : 0;
	const { firstLine, size, lines, midLine, cutAt } = positionAfter(at, addition);
	const times = rising(
		marks.map((mark) => ({ ...mark, time: mark.time - ahead })),
		at.earliest,
		now
	);
	const chunks = [...chunksOf({ offset, firstLine, marks: times, data })].map(
		(chunk) => transaction`
			INSERT INTO deploy_chunks (org_id, deploy_id, "offset", first_line, flushed_at, times, data)
			VALUES (${org}, ${id}, ${chunk.offset}, ${chunk.firstLine}, ${chunk.flushedAt}, ${chunk.times}, ${chunk.data})`
	);
	const moving = transaction<[Row]>`
		UPDATE deploys SET size = ${size}, lines = ${lines}, mid_line = ${midLine}, cut_at = ${cutAt},
			last_append_at = ${now}, status = 'running', finished_at = NULL,
			merged = merged AND status = 'running'
		WHERE org_id = ${org} AND id = ${id} RETURNING ${transaction.unsafe(columns)}`;
	const [[row]] = await Promise.all([moving, ...chunks]);
	return row;
}
