import { v7 as uuid } from 'uuid';
import type { Sqlite } from '../sqlite/connect.ts';
import { Announcements } from './announcement.ts';
import * as bytes from './bytes.ts';
import type { ChunkStore } from './chunk-store.ts';
import { isFinished, type Address, type Deploy, type NewDeploy, type FinalStatus } from './deploy.ts';
import { columns, deployOf, type Row } from './row.ts';
import type { Addition, Filter, Finish, Finished, Position } from './steps.ts';
import type { ByteMark } from './times.ts';

/** A new row; the rest of its columns have defaults. */
type Inserted = Omit<Row, 'status' | 'finishedAt' | 'exitCode' | 'size' | 'lines'> & {
	idempotencyKey: string | null;
};

const mostListed = 100;

/** The deploys, in SQLite. Every call is synchronous, and its writes are on disk when it returns. */
export class DeployStore {
	readonly #sqlite: Sqlite;
	readonly #chunks: ChunkStore;
	readonly #announcements: Announcements;
	readonly #get;
	readonly #madeWith;
	readonly #names;
	readonly #position;
	readonly #startedAt;
	readonly #create;
	readonly #move;
	readonly #reviveOne;
	readonly #end;
	readonly #append;
	readonly #finish;

	constructor(sqlite: Sqlite, chunks: ChunkStore) {
		this.#sqlite = sqlite;
		this.#chunks = chunks;
		this.#announcements = new Announcements(sqlite);
		this.#position = sqlite.prepare<[string, string], Omit<Position, 'midLine'> & { midLine: 0 | 1 }>(`
			SELECT status, size, lines, mid_line AS midLine, cut_at AS cutAt FROM deploys WHERE org_id = ? AND id = ?`);
		const startedAt = 'SELECT started_at FROM deploys WHERE org_id = ? AND id = ?';
		this.#startedAt = sqlite.prepare<[string, string], number>(startedAt).pluck();
		// Only columns outside every index, so that a flush writes no index page.
		this.#move = sqlite.prepare<[number, number, 0 | 1, number | null, number, string, string]>(`
			UPDATE deploys SET size = ?, lines = ?, mid_line = ?, cut_at = ?, last_append_at = ? WHERE org_id = ? AND id = ?`);
		const one = 'org_id = ? AND id = ?';
		this.#get = sqlite.prepare<[string, string], Row>(`SELECT ${columns} FROM deploys WHERE ${one}`);
		this.#madeWith = sqlite.prepare<[string, string], Row>(
			`SELECT ${columns} FROM deploys WHERE org_id = ? AND idempotency_key = ?`
		);
		this.#names = sqlite.prepare<[string], { service: string; environment: string | null }>(
			'SELECT service, environment FROM deploys WHERE org_id = ? ORDER BY id DESC LIMIT 500'
		);
		this.#reviveOne = sqlite.prepare<[string, string]>(
			`UPDATE deploys SET status = 'running', finished_at = NULL, merged = 0 WHERE ${one}`
		);
		this.#end = sqlite.prepare<[FinalStatus, number | null, number, string, string]>(
			`UPDATE deploys SET status = ?, exit_code = ?, finished_at = ? WHERE ${one}`
		);
		const insert = sqlite.prepare<[Inserted], Row>(`
			INSERT INTO deploys (id, org_id, service, environment, version, commit_sha, branch, commit_message, author,
				commit_url, url, status, started_at, last_append_at, idempotency_key)
			VALUES (@id, @orgId, @service, @environment, @version, @commitSha, @branch, @commitMessage, @author,
				@commitUrl, @url, 'running', @startedAt, @lastAppendAt, @idempotencyKey)
			RETURNING ${columns}`);
		this.#create = sqlite.transaction((row: Inserted) => {
			const deploy = deployOf(insert.get(row) as Row);
			this.#announcements.put(row.orgId, deploy, row.startedAt);
			return deploy;
		});
		this.#append = sqlite.transaction((additions: readonly Addition[], now: number) =>
			additions.filter((addition) => this.#add(addition, now))
		);
		this.#finish = sqlite.transaction(this.#finishOnce.bind(this));
	}

	/** The deploy created by a request with this idempotency key; null if there was none. */
	madeWith(org: string, idempotencyKey: string): Deploy | null {
		const row = this.#madeWith.get(org, idempotencyKey);
		return row ? deployOf(row) : null;
	}

	/**
	 * Creates a running deploy with an empty log, started at `startedAt` (epoch ms), perhaps some time ago, and announces it.
	 */
	create(
		org: string,
		{ commit, ...rest }: NewDeploy,
		now = Date.now(),
		idempotencyKey: string | null = null,
		startedAt = now
	): Deploy {
		const row = {
			id: startedAt < now ? uuid({ msecs: startedAt }) : uuid(),
			orgId: org,
			service: rest.service,
			environment: rest.environment ?? null,
			version: rest.version ?? null,
			commitSha: commit?.sha ?? null,
			branch: commit?.branch ?? null,
			commitMessage: commit?.message ?? null,
			author: commit?.author ?? null,
			commitUrl: commit?.url ?? null,
			url: rest.url ?? null,
			startedAt,
			lastAppendAt: now,
			idempotencyKey
		};
		return this.#create.immediate(row);
	}

	/** The deploy's current state; null if the organization has no such deploy. */
	get(org: string, id: string): Deploy | null {
		const row = this.#get.get(org, id);
		return row ? deployOf(row) : null;
	}

	/** Newest first; `next` is the `before` that continues the list, null at its end. */
	list(org: string, filter: Filter): { deploys: Deploy[]; next: string | null } {
		const { service, environment, status, before } = filter;
		const limit = Math.min(Math.max(filter.limit ?? mostListed, 1), mostListed);
		const given = Object.entries({
			'service =': service,
			'environment =': environment,
			'status =': status,
			'id <': before
		});
		const conditions = given.filter(([, value]) => value !== undefined);
		const rows = this.#sqlite
			.prepare<unknown[], Row>(
				`SELECT ${columns} FROM deploys WHERE org_id = ?${conditions.map(([column]) => ` AND ${column} ?`).join('')}
				ORDER BY id DESC LIMIT ?`
			)
			.all(org, ...conditions.map(([, value]) => value), limit + 1);
		const shown = rows.slice(0, limit).map(deployOf);
		return { deploys: shown, next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
	}

	/** The services and environments of the organization's newest 500 deploys, by name. */
	namesOf(org: string): { services: string[]; environments: string[] } {
		const rows = this.#names.all(org);
		const distinct = (names: (string | null)[]) => [...new Set(names.filter((name) => name !== null))].sort();
		return {
			services: distinct(rows.map(({ service }) => service)),
			environments: distinct(rows.map(({ environment }) => environment))
		};
	}

	/** The log's position; null if the organization has no such deploy. */
	positionOf(org: string, id: string): Position | null {
		const row = this.#position.get(org, id);
		return row ? { ...row, midLine: row.midLine === 1 } : null;
	}

	/**
	 * Appends to any number of logs in one transaction and returns the deploys it revived, which it announces.
	 * @throws when that fails, or a log does not end where its addition begins: then nothing has been appended.
	 */
	append(additions: readonly Addition[], now = Date.now()): Address[] {
		return this.#append.immediate(additions, now);
	}

	/** Adds to one log and returns whether that revived the deploy. */
	#add({ org, id, offset, data, cutAt, marks = [] }: Addition, now: number): boolean {
		const at = this.positionOf(org, id);
		if (!at || at.size !== offset || isFinished(at.status)) {
			throw new Error(`deploy ${id} changed behind the buffer: ${JSON.stringify({ offset, found: at })}`);
		}
		const revived = at.status === 'interrupted';
		if (revived) this.#revive(org, id);
		const firstLine = at.midLine ? at.lines : at.lines + 1;
		const times = this.#rising(org, id, marks, now);
		const lineFeeds = this.#chunks.insert(org, id, { offset, firstLine, marks: times, data });
		const midLine = data.length === 0 ? at.midLine : data.at(-1) !== bytes.lineFeed;
		const lines = firstLine - 1 + lineFeeds + (midLine ? 1 : 0);
		this.#move.run(offset + data.length, lines, midLine ? 1 : 0, cutAt, now, org, id);
		if (revived) this.#announcements.put(org, this.get(org, id) as Deploy, now);
		return revived;
	}

	/** A sender's clock is trusted as long as its lines stay in order, after the start and not in the future. */
	#rising(org: string, id: string, marks: readonly ByteMark[], now: number): [ByteMark, ...ByteMark[]] {
		const [first, ...later] = marks;
		if (!first) return [{ at: 0, time: now }];
		let latest = this.#earliest(org, id);
		const next = ({ at, time }: ByteMark) => ({ at, time: (latest = Math.min(Math.max(time, latest), now)) });
		return [next(first), ...later.map(next)];
	}

	/** The earliest epoch ms for anything new: the last line arrived then, or the deploy began. */
	#earliest(org: string, id: string): number {
		return this.#chunks.lastTime(org, id) ?? this.#startedAt.get(org, id) ?? 0;
	}

	#revive(org: string, id: string): void {
		this.#reviveOne.run(org, id);
	}

	/**
	 * Ends a deploy whose log has the sender's size, and announces it. Repeated with the same status, it returns the deploy as
	 * it is.
	 */
	finish(org: string, id: string, how: Finish, now = Date.now()): Finished {
		return this.#finish.immediate(org, id, how, now);
	}

	#finishOnce(org: string, id: string, how: Finish, now: number): Finished {
		const { status, exitCode, size, finishedAt = now } = how;
		const at = this.positionOf(org, id);
		if (!at) return { kind: 'none' };
		const first = !isFinished(at.status);
		if (isFinished(at.status) && at.status !== status) return { kind: 'conflict', status: at.status };
		const end = at.cutAt ?? at.size;
		if (first && size !== undefined && size !== end) return { kind: 'wrong offset', end };
		const time = Math.min(Math.max(finishedAt, this.#earliest(org, id)), now);
		if (first) this.#end.run(status, exitCode ?? null, time, org, id);
		const deploy = this.get(org, id) as Deploy;
		if (first) this.#announcements.put(org, deploy, time);
		return { kind: 'finished', deploy, first };
	}
}
