import postgres from 'postgres';
import { arrays } from './arrays.ts';
import { socketsTo } from './socket.ts';

export type Sql = postgres.Sql<{ bigint: number }>;

export interface PoolOptions {
	/** Connections at most. */
	max: number;
	/** Whether queries may be prepared: not through a transaction pooler. */
	prepare?: boolean;
	/** What PostgreSQL calls it (application_name). */
	name?: string;
	/** A statement that takes longer, in ms, is ended by PostgreSQL. A pooler refuses the setting: there it is left to the role's. */
	statementMs?: number;
	/** A transaction that nothing is asked in for so long, in ms, is undone by PostgreSQL. As above behind a pooler. */
	standstillMs?: number;
}

/**
 * A server that hangs or is cut off in the middle of a transaction holds its locks until PostgreSQL notices, which takes TCP hours:
 * an organization's head, say, for which all other servers wait.
 */
const longestStandstill = 15_000;

/**
 * A pool of connections to PostgreSQL; they are opened when first used and come back by themselves after a cut, at most 500 ms
 * late. A bigint is read as a number: `seq` stays far below 2^53.
 */
export function connect(url: string, options: PoolOptions): Sql {
	const { statementMs, standstillMs = longestStandstill, prepare = true } = options;
	const bounds = prepare && {
		idle_in_transaction_session_timeout: standstillMs,
		...(statementMs !== undefined && { statement_timeout: statementMs })
	};
	return open(url, {
		max: options.max,
		prepare,
		connect_timeout: 10,
		// The library's own backoff rises to 20 s, for which a returned database would seem away.
		backoff: (retries: number) => Math.min(0.02 * 2 ** retries, 0.5),
		connection: { application_name: options.name ?? 'tailrace', ...bounds },
		types: { ...arrays, bigint: { to: 20, from: [20], parse: Number, serialize: String } }
	}) as unknown as Sql;
}

/** A pool with settings of the library, on sockets that lose no query (see socket.ts); of arrays it knows those in `types`. */
export function open<Types extends Record<string, postgres.PostgresType>>(
	url: string,
	given: postgres.Options<Types>
) {
	// Without `onnotice` the library prints what PostgreSQL remarks, at its end too, between the lines of the log.
	const settings = { onnotice: () => {}, ...given, fetch_types: false }; // see arrays.ts
	const { ssl, ...addresses } = postgres(url, settings).options; // parsed: nothing connects before a query
	if (ssl) return postgres(url, settings); // TLS wraps the socket in one of the library's own
	return postgres(url, { ...settings, socket: socketsTo(addresses) } as typeof settings); // its types lack `socket`
}

/**
 * Class 08 connection exception, 57P operator intervention, 53 insufficient resources, 25P03 a transaction that stood still for
 * too long: PostgreSQL appendix A.
 */
const ofPostgres = /^(08|57P|53|25P03)/;
const diskFull = '53100';
const canceled = '57014';
/** CONNECTION_CLOSED, CONNECT_TIMEOUT and the like: the library's own. */
const ofLibrary = /^CONNECT(ION)?_/;
/** What a socket fails with, as opposed to a file: Node passes on the names of errno(3) and getaddrinfo(3). */
const ofSocket =
	/^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|E(HOST|NET)(UNREACH|DOWN)|ENOTFOUND|EAI_\w+)$/;

/**
 * Whether an error says that PostgreSQL is away or stopping, as opposed to refusing what it was given. A socket's or a file's
 * error counts only if it was a query that failed with it (the library notes which: postgres 3.4.9, src/connection.js,
 * queryError), so that no mail server and no file is taken for the database.
 */
export function isAway(error: unknown): boolean {
	const { code = '', syscall } = (error ?? {}) as { code?: string; syscall?: string };
	if (isFull(error)) return false;
	if (ofPostgres.test(code) || ofLibrary.test(code)) return true;
	const ofQuery = typeof error === 'object' && error !== null && 'query' in error;
	// `connect`: a socket's file that is not there, or too many open ones.
	return ofQuery && (ofSocket.test(code) || syscall === 'connect');
}

/** Whether PostgreSQL ended a statement that took too long (query_canceled). */
export function isTimedOut(error: unknown): boolean {
	return (error as { code?: unknown } | null)?.code === canceled;
}

/** Class 40 transaction rollback: a deadlock, say. Done again, the same may pass. */
const rolledBack = /^40/;
const lockNotAvailable = '55P03';

/** Whether PostgreSQL broke a transaction off because of others, not because of what it was asked: it may pass when done again. */
export function isRolledBack(error: unknown): boolean {
	return rolledBack.test((error as { code?: string } | null)?.code ?? '');
}

/** The same, or because it waited too long. Nothing of it has happened. */
export function isBrokenOff(error: unknown): boolean {
	const isLocked = (error as { code?: unknown } | null)?.code === lockNotAvailable;
	return isLocked || isRolledBack(error) || isTimedOut(error);
}

/** Whether an error says that PostgreSQL's disk is full (disk_full); what was asked was rolled back then. */
export function isFull(error: unknown): boolean {
	return (error as { code?: unknown } | null)?.code === diskFull;
}
