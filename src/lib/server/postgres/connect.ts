import postgres from 'postgres';

export type Sql = postgres.Sql<{ bigint: number }>;

/**
 * A pool of at most `max` connections to PostgreSQL; they are opened when first used and come back by themselves after
 * a cut, at most 500 ms late. A bigint is read as a number: `seq` stays far below 2^53.
 */
export function connect(url: string, options: { max: number; prepare?: boolean; name?: string }): Sql {
	return postgres(url, {
		max: options.max,
		prepare: options.prepare ?? true,
		connect_timeout: 10,
		// The library's own backoff rises to 20 s, for which a returned database would seem away.
		backoff: (retries: number) => Math.min(0.02 * 2 ** retries, 0.5),
		connection: { application_name: options.name ?? 'tailrace' },
		onnotice: () => {}, // notices of migrations and of IF NOT EXISTS
		types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } }
	});
}

/** Class 08 connection exception, 57P operator intervention, 53 insufficient resources: PostgreSQL appendix A. */
const ofPostgres = /^(08|57P|53)/;
/** CONNECTION_CLOSED, CONNECT_TIMEOUT and the like: the library's own. */
const ofLibrary = /^CONNECT/;
/** What a socket fails with, as opposed to a file: Node passes on the names of errno(3) and getaddrinfo(3). */
const ofSocket =
	/^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|E(HOST|NET)(UNREACH|DOWN)|ENOTFOUND|EAI_\w+)$/;

/**
 * Whether an error of a query says that PostgreSQL is away or stopping, as opposed to refusing what it was given. An error of
 * somebody else's socket looks the same: it must not get here.
 */
export function isAway(error: unknown): boolean {
	const { code = '', syscall } = (error ?? {}) as { code?: string; syscall?: string };
	if (ofPostgres.test(code) || ofLibrary.test(code) || ofSocket.test(code)) return true;
	return syscall === 'connect'; // a socket's file that is not there, or too many open ones
}
