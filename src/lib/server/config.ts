import { resolve } from 'node:path';
import * as v from 'valibot';
import { endpointOf, isDatabaseUrl, isHost, isOrigin, isSmtpUrl } from './addresses.ts';
import { trusted, type IsTrusted } from './client.ts';
import * as listeners from './listeners.ts';

/** The environment's settings, checked and with defaults; README, "Operate it", lists the variables. */
export interface Config {
	readonly host: string;
	/** TCP port; 0 means any free one. */
	readonly port: number;
	/** Scheme, host and port that browsers use, without a trailing slash; null: taken from each request. */
	readonly origin: string | null;
	/** null: the embedded PostgreSQL under `dataDir`. */
	readonly databaseUrl: string | null;
	/** A direct connection for LISTEN; `databaseUrl` unless given. */
	readonly databaseListenUrl: string | null;
	/** Absolute path. */
	readonly dataDir: string;
	/** Where the data goes if PostgreSQL cannot reach `dataDir` (postgres/data-folder.ts); null if DATA_DIR is set. */
	readonly fallbackDataDir: string | null;
	/** Who may create an account without an invitation. */
	readonly signUp: (typeof signUps)[number];
	/** Where OTLP over gRPC is taken; null: nowhere. */
	readonly otlpGrpc: { host: string; port: number } | null;
	/** Seconds after a signal to stop during which requests are still served, while /readyz fails. */
	readonly drainS: number;
	/** Days, for new organizations. */
	readonly retentionDays: number;
	/** Where deploys and their logs are kept; SQLite serves one server only. */
	readonly deployStore: (typeof deployStores)[number];
	/** Milliseconds between two flushes of running deploys. */
	readonly deployFlushMs: number;
	/** Seconds without an append or heartbeat after which a running deploy counts as interrupted. */
	readonly deployLeaseS: number;
	readonly deployLogStdout: boolean;
	/** The proxies whose forwarded address and protocol are trusted; none by default. */
	readonly isTrustedProxy: IsTrusted;
	/** What Vercel signs its drains with; null: they are taken unsigned. */
	readonly vercelSecret: string | null;
	/** How mails are sent; null: not at all. */
	readonly mail: { smtpUrl: string; from: string } | null;
	/** The bearer token of `/metrics`; null: loopback only. */
	readonly metricsToken: string | null;
	readonly logLevel: (typeof logLevels)[number];
	/** Where lines are taken over sockets; none by default. */
	readonly listeners: readonly listeners.Listener[];
	/** Whether the server's own warnings and errors are stored too (self-logs.ts). */
	readonly selfLogs: boolean;
}

export type Parsed = { ok: true; config: Config } | { ok: false; faults: string[] };

type Environment = Record<string, string | undefined>;

const signUps = ['first', 'open', 'never'] as const;
const deployStores = ['sqlite', 'postgres'] as const;
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Their values may contain a password, so a fault never repeats them. */
const secrets = new Set([
	'DATABASE_URL',
	'DATABASE_LISTEN_URL',
	'METRICS_TOKEN',
	'SMTP_URL',
	'VERCEL_SECRET'
]);

const environment = v.object({
	HOST: v.optional(v.pipe(v.string(), v.check(isHost, 'an IP address or a host name')), '127.0.0.1'),
	PORT: wholeNumber(0, 65_535, '3000'),
	ORIGIN: v.nullish(
		v.pipe(v.string(), v.check(isOrigin, 'an address like https://logs.example.com, without a path'))
	),
	DATABASE_URL: v.nullish(databaseUrl()),
	DATABASE_LISTEN_URL: v.nullish(databaseUrl()),
	DATA_DIR: v.nullish(v.string()),
	/** Set by systemd for a unit with StateDirectory= (systemd.exec(5)). */
	STATE_DIRECTORY: v.optional(v.string(), '/var/lib/tailrace'),
	SIGN_UP: v.optional(v.picklist(signUps, `one of ${signUps.join(', ')}`), 'first'),
	OTLP_GRPC_LISTEN: v.nullish(
		v.pipe(
			v.string(),
			v.check((text) => endpointOf(text) !== null, 'an address and a port like 0.0.0.0:4317')
		)
	),
	DRAIN_S: wholeNumber(0, 60, '0'),
	RETENTION_DAYS: wholeNumber(1, 36_500, '30'),
	DEPLOY_STORE: v.nullish(v.picklist(deployStores, `one of ${deployStores.join(', ')}`)),
	DEPLOY_FLUSH_MS: wholeNumber(1, 60_000, '100'),
	DEPLOY_LEASE_S: wholeNumber(1, 86_400, '120'),
	DEPLOY_LOG_STDOUT: flag('0'),
	TRUSTED_PROXIES: v.nullish(
		v.pipe(
			v.string(),
			v.check((list) => trusted(list) !== null, 'IP addresses or ranges like 10.0.0.0/8, separated by commas')
		)
	),
	SMTP_URL: v.nullish(
		v.pipe(v.string(), v.check(isSmtpUrl, 'an address like smtp://user:password@mail.example.com:587'))
	),
	SMTP_FROM: v.nullish(
		v.pipe(
			v.string(),
			v.regex(
				/^[^\p{Cc}]*[^\s@]+@[^\s@]+$|^[^\p{Cc}]*<[^\s@<>]+@[^\s@<>]+>$/u,
				'a sender like Tailrace <logs@example.com>'
			)
		)
	),
	METRICS_TOKEN: v.nullish(v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/, 'printable ASCII without spaces'))),
	VERCEL_SECRET: v.nullish(v.string()),
	SYSLOG_LISTEN: v.nullish(v.string()),
	GELF_LISTEN: v.nullish(v.string()),
	FORWARD_LISTEN: v.nullish(v.string()),
	LOG_LEVEL: v.optional(v.picklist(logLevels, `one of ${logLevels.join(', ')}`), 'info'),
	SELF_LOGS: flag('1')
});

/**
 * Reads the configuration from environment variables. An empty value counts as unset. Every fault is reported, with the
 * variable, the value (unless it may contain a password) and what is expected.
 */
export function parse(env: Environment): Parsed {
	const given = present(env);
	const parsed = v.safeParse(environment, given);
	const faults = (parsed.issues ?? []).map((issue) => fault(v.getDotPath(issue) ?? '', given, issue.message));
	if (given.DATABASE_LISTEN_URL && !given.DATABASE_URL) {
		faults.push('DATABASE_LISTEN_URL is set without DATABASE_URL: expected both, or neither');
	}
	if (given.SMTP_URL && !given.ORIGIN) {
		// A link whose host came from a request could lead anywhere.
		faults.push('SMTP_URL is set without ORIGIN: expected both, because mails contain links');
	}
	const sockets = listeners.read(given);
	faults.push(...sockets.faults);
	if (!parsed.success || faults.length > 0) return { ok: false, faults };
	return { ok: true, config: configOf(parsed.output, sockets.listeners) };
}

/** The message for the person who set them. */
export function explain(faults: readonly string[]): string {
	return `Correct these environment variables:\n  ${faults.join('\n  ')}`;
}

function configOf(env: v.InferOutput<typeof environment>, taking: readonly listeners.Listener[]): Config {
	return {
		host: env.HOST,
		port: env.PORT,
		origin: env.ORIGIN ? new URL(env.ORIGIN).origin : null,
		databaseUrl: env.DATABASE_URL ?? null,
		databaseListenUrl: env.DATABASE_LISTEN_URL ?? env.DATABASE_URL ?? null,
		dataDir: resolve(env.DATA_DIR ?? './data'),
		fallbackDataDir: env.DATA_DIR ? null : resolve(env.STATE_DIRECTORY),
		signUp: env.SIGN_UP,
		otlpGrpc: endpointOf(env.OTLP_GRPC_LISTEN ?? ''),
		drainS: env.DRAIN_S,
		retentionDays: env.RETENTION_DAYS,
		deployStore: env.DEPLOY_STORE ?? (env.DATABASE_URL ? 'postgres' : 'sqlite'),
		deployFlushMs: env.DEPLOY_FLUSH_MS,
		deployLeaseS: env.DEPLOY_LEASE_S,
		deployLogStdout: env.DEPLOY_LOG_STDOUT,
		isTrustedProxy: trusted(env.TRUSTED_PROXIES ?? '') ?? (() => false),
		vercelSecret: env.VERCEL_SECRET ?? null,
		mail: mailOf(env),
		metricsToken: env.METRICS_TOKEN ?? null,
		listeners: taking,
		logLevel: env.LOG_LEVEL,
		selfLogs: env.SELF_LOGS
	};
}

function mailOf(env: v.InferOutput<typeof environment>): Config['mail'] {
	if (!env.SMTP_URL || !env.ORIGIN) return null;
	return {
		smtpUrl: env.SMTP_URL,
		from: env.SMTP_FROM ?? `Tailrace <tailrace@${new URL(env.ORIGIN).hostname}>`
	};
}

function present(env: Environment): Environment {
	const trimmed = Object.entries(env).map(([name, value]) => [name, value?.trim()] as const);
	return Object.fromEntries(trimmed.filter(([, value]) => value));
}

function fault(name: string, given: Environment, expected: string): string {
	const shown = secrets.has(name)
		? 'set to something else (not shown: it may be secret)'
		: `"${given[name]}"`;
	return `${name} is ${shown}: expected ${expected}`;
}

function wholeNumber(least: number, most: number, fallback: string) {
	const expected = `a whole number from ${least} to ${most}`;
	return v.optional(
		v.pipe(
			v.string(),
			v.regex(/^\d+$/, expected),
			v.transform(Number),
			v.minValue(least, expected),
			v.maxValue(most, expected)
		),
		fallback
	);
}

function flag(fallback: '0' | '1') {
	return v.optional(
		v.pipe(
			v.picklist(['0', '1', 'false', 'true'], '1 or 0'),
			v.transform((text) => text === '1' || text === 'true')
		),
		fallback
	);
}

function databaseUrl() {
	return v.pipe(
		v.string(),
		v.check(
			isDatabaseUrl,
			'postgres://user:password@host:5432/database, with special characters in the password percent-encoded'
		)
	);
}
