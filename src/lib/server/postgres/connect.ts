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

/** Whether an error says that PostgreSQL is away or stopping, as opposed to refusing what it was given. */
export function isAway(error: unknown): boolean {
	const code = (error as { code?: string } | null)?.code ?? '';
	// Class 08 connection exception, 57P operator intervention, 53 insufficient resources: PostgreSQL appendix A.
	return /^(08|57P|53)/.test(code) || /^(E[A-Z]+|CONNECT\w*|CONNECTION_\w+)$/.test(code);
}
