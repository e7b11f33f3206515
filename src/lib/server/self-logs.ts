import { hostname } from 'node:os';
import type { NewEntry } from '../log/entry.ts';
import * as repair from './ingest/repair.ts';
import type { LogStore } from './logs/store.ts';
import type { LogWriter } from './logs/writer.ts';
import type { Queryable } from './postgres/queryable.ts';

/** Where the server's own lines go. */
interface Destination {
	sql: Queryable;
	logs: Pick<LogStore, 'head'>;
	writer: Pick<LogWriter, 'append'>;
	/** Told what kept lines from being stored; they wait and are tried again. */
	failed(error: unknown): void;
}

/** Lines in a minute, at most: a fault that repeats must not fill an organization. */
const mostPerMinute = 60;
const minuteMs = 60_000;
/** Lines that wait while they cannot be stored; then the oldest are counted and dropped. */
const mostWaiting = 500;
/** When to try again, in ms. */
const retryMs = 5_000;

/** Lines with this in their context tell of the intake itself: storing them could cause the next one. */
export const ofIngest = { part: 'ingest' } as const;

/**
 * Takes the server's own warnings and errors into Tailrace: into the organization of the first instance admin, as the service
 * `tailrace`. It waits until that organization has lines of its own, so that ours is never the first one that a newcomer waits for;
 * what comes before is dropped.
 */
export class SelfLogs {
	readonly #fallback = { ...repair.fallback({}), service: 'tailrace', host: hostname() };
	readonly #waiting: NewEntry[] = [];
	#destination: Destination | null = null;
	#storing = false;
	#dropped = 0;
	#taken = 0;
	#minute = 0;

	/** A line as pino writes it: JSON, with its context. Returns at once and never throws. */
	write(line: string): void {
		const entry = this.#entryOf(line);
		if (!entry) return;
		const minute = Math.floor(Date.now() / minuteMs);
		if (minute !== this.#minute) this.#taken = 0;
		this.#minute = minute;
		if (this.#taken >= mostPerMinute) return void this.#dropped++;
		this.#taken++;
		this.#waiting.push(entry);
		if (this.#waiting.length > mostWaiting) {
			this.#waiting.shift();
			this.#dropped++;
		}
		void this.#store();
	}

	/** Begins to store what has waited. */
	begin(destination: Destination): void {
		this.#destination = destination;
		void this.#store();
	}

	#entryOf(line: string): NewEntry | null {
		const { part, err, ...context } = JSON.parse(line) as Record<string, unknown>;
		if (part === ofIngest.part) return null;
		// Not the statement and its values, which may be an organization's.
		const { type, message, code, stack } = (err ?? {}) as Record<string, unknown>;
		const fields = err ? { ...context, err: { type, message, code, stack } } : context;
		const entry = repair.entry(fields, this.#fallback, Date.now());
		return typeof entry === 'string' ? null : entry;
	}

	async #store(): Promise<void> {
		if (!this.#destination || this.#storing || this.#waiting.length === 0) return;
		this.#storing = true;
		const isStored = await this.#append(this.#destination, this.#waiting.splice(0));
		this.#storing = false;
		if (isStored) return void this.#store();
		setTimeout(() => void this.#store(), retryMs).unref();
	}

	/** Stores lines, or drops those that nobody is to have. False: they wait again. */
	async #append({ sql, logs, writer, failed }: Destination, entries: NewEntry[]): Promise<boolean> {
		try {
			const org = await organizationOfAdmin(sql);
			if (org === null || (await logs.head(org)) === 0) return true;
			const lines = this.#dropped > 0 ? [...entries, this.#ofDropped()] : entries;
			const bytes = lines.reduce(
				(sum, { message, attributes }) => sum + message.length + attributes.length,
				0
			);
			const report = { accepted: lines.length, rejected: 0 };
			const { kind } = await writer.append({ org, entries: lines, report, bytes, idempotencyKey: null });
			if (kind === 'stored') this.#dropped = 0;
			if (kind === 'stored' || kind === 'refused' || kind === 'gone') return true;
		} catch (error) {
			failed(error);
		}
		this.#waiting.unshift(...entries);
		return false;
	}

	#ofDropped(): NewEntry {
		const message = `${this.#dropped} more warnings and errors of the server were left out here: its own output has them.`;
		return repair.line(message, { ...this.#fallback, severity: 13 });
	}
}

/** The oldest organization that the first active instance admin owns. */
async function organizationOfAdmin(sql: Queryable): Promise<string | null> {
	const [row] = await sql<{ id: string }[]>`
		SELECT organizations.id FROM users
		JOIN memberships ON memberships.user_id = users.id AND memberships.role = 'owner'
		JOIN organizations ON organizations.id = memberships.org_id
		WHERE users.instance_admin AND users.suspended_at IS NULL AND organizations.suspended_at IS NULL
		ORDER BY users.created_at, organizations.created_at LIMIT 1`;
	return row?.id ?? null;
}
