import type { NewEntry } from '../../../log/entry.ts';
import type { SqliteOutbox } from '../../outbox/sqlite.ts';
import type { Sqlite } from '../../sqlite/connect.ts';
import { announcement } from '../announcement.ts';
import { isFinished, type Deploy, type FinalStatus, type NewDeploy } from '../deploy.ts';
import { columns, deployOf, newRow, type NewRow, type Row } from '../row.ts';
import {
	judge,
	positionAfter,
	type Added,
	type Addition,
	type Filter,
	type Finish,
	type Finished,
	type Position
} from '../steps.ts';
import { mostListed, namesIn, pageOf } from '../listed.ts';
import type { Creation, Records } from '../store.ts';
import { rising } from '../times.ts';
import type { SqliteChunks } from './chunks.ts';

/** The deploys, in SQLite. Its work is done when a call returns: the promises are the contract's. */
export class SqliteRecords implements Records {
	readonly #sqlite: Sqlite;
	readonly #chunks: SqliteChunks;
	readonly #announcements: SqliteOutbox<NewEntry>;
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

	constructor(sqlite: Sqlite, chunks: SqliteChunks, announcements: SqliteOutbox<NewEntry>) {
		this.#sqlite = sqlite;
		this.#chunks = chunks;
		this.#announcements = announcements;
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
		const insert = sqlite.prepare<[NewRow], Row>(`
			INSERT INTO deploys (id, org_id, service, environment, version, commit_sha, branch, commit_message, author,
				commit_url, url, status, started_at, last_append_at, idempotency_key)
			VALUES (@id, @orgId, @service, @environment, @version, @commitSha, @branch, @commitMessage, @author,
				@commitUrl, @url, 'running', @startedAt, @lastAppendAt, @idempotencyKey)
			RETURNING ${columns}`);
		this.#create = sqlite.transaction((row: NewRow) => {
			const deploy = deployOf(insert.get(row) as Row);
			this.#announcements.put(row.orgId, announcement(deploy, row.startedAt));
			return deploy;
		});
		this.#append = sqlite.transaction((additions: readonly Addition[], now: number) =>
			additions.map((addition) => this.#add(addition, now))
		);
		this.#finish = sqlite.transaction(this.#finishOnce.bind(this));
	}

	async create(org: string, deploy: NewDeploy, how: Creation = {}): Promise<Deploy> {
		const { idempotencyKey = null, now = Date.now() } = how;
		const made = idempotencyKey === null ? undefined : this.#madeWith.get(org, idempotencyKey);
		return made ? deployOf(made) : this.#create.immediate(newRow(org, deploy, { ...how, now }));
	}

	async get(org: string, id: string): Promise<Deploy | null> {
		return this.#deploy(org, id);
	}

	#deploy(org: string, id: string): Deploy | null {
		const row = this.#get.get(org, id);
		return row ? deployOf(row) : null;
	}

	async list(org: string, filter: Filter): Promise<{ deploys: Deploy[]; next: string | null }> {
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
		return pageOf(rows.map(deployOf), limit);
	}

	async namesOf(org: string): Promise<{ services: string[]; environments: string[] }> {
		return namesIn(this.#names.all(org));
	}

	async positionOf(org: string, id: string): Promise<Position | null> {
		return this.#positionAt(org, id);
	}

	#positionAt(org: string, id: string): Position | null {
		const row = this.#position.get(org, id);
		return row ? { ...row, midLine: row.midLine === 1 } : null;
	}

	async append(additions: readonly Addition[], now = Date.now()): Promise<Added[]> {
		return this.#append.immediate(additions, now);
	}

	#add(addition: Addition, now: number): Added {
		const { org, id, offset, data, marks = [] } = addition;
		const at = this.#positionAt(org, id);
		if (!at || at.size !== offset || isFinished(at.status)) return { kind: 'changed', at };
		const revived = at.status === 'interrupted';
		if (revived) this.#reviveOne.run(org, id);
		const { firstLine, size, lines, midLine, cutAt } = positionAfter(at, addition);
		const times = rising(marks, this.#earliest(org, id), now);
		this.#chunks.insert(org, id, { offset, firstLine, marks: times, data });
		this.#move.run(size, lines, midLine ? 1 : 0, cutAt, now, org, id);
		if (revived) this.#announcements.put(org, announcement(this.#deploy(org, id) as Deploy, now));
		return { kind: 'stored', revived };
	}

	/** The earliest epoch ms for anything new: the last line arrived then, or the deploy began. */
	#earliest(org: string, id: string): number {
		return this.#chunks.lastTime(org, id) ?? this.#startedAt.get(org, id) ?? 0;
	}

	async finish(org: string, id: string, how: Finish, now = Date.now()): Promise<Finished> {
		return this.#finish.immediate(org, id, how, now);
	}

	#finishOnce(org: string, id: string, how: Finish, now: number): Finished {
		const { status, exitCode, ageMs = 0 } = how;
		const judged = judge(this.#positionAt(org, id), how);
		if (judged.kind !== 'end') return judged;
		const time = Math.min(Math.max(now - ageMs, this.#earliest(org, id)), now);
		if (judged.first) this.#end.run(status, exitCode ?? null, time, org, id);
		const deploy = this.#deploy(org, id) as Deploy;
		if (judged.first) this.#announcements.put(org, announcement(deploy, time));
		return { kind: 'finished', deploy, first: judged.first };
	}
}
