import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { expect, test } from 'vitest';
import * as config from './config.ts';

function faultsOf(env: Record<string, string | undefined>): string[] {
	const parsed = config.parse(env);
	return parsed.ok ? [] : parsed.faults;
}

function configOf(env: Record<string, string | undefined>): config.Config {
	const parsed = config.parse(env);
	if (!parsed.ok) throw new Error(parsed.faults.join('\n'));
	return parsed.config;
}

test('an empty environment gives the defaults of README', () => {
	expect(configOf({})).toEqual({
		host: '127.0.0.1',
		port: 3000,
		origin: null,
		databaseUrl: null,
		databaseListenUrl: null,
		dataDir: resolve('data'),
		fallbackDataDir: '/var/lib/tailrace',
		signUp: 'first',
		otlpGrpc: null,
		drainS: 0,
		retentionDays: 30,
		deployStore: 'sqlite',
		deployFlushMs: 100,
		deployLeaseS: 120,
		deployLogStdout: false,
		isTrustedProxy: expect.any(Function),
		vercelSecret: null,
		mail: null,
		metricsToken: null,
		listeners: [],
		logLevel: 'info',
		selfLogs: true
	});
});

test('empty and blank values count as not set', () => {
	expect(configOf({ PORT: '', DATABASE_URL: ' ', SELF_LOGS: '', HOST: undefined })).toEqual({
		...configOf({}),
		isTrustedProxy: expect.any(Function)
	});
});

test('docker-compose.yml passes on who may sign up, what is believed and how mails go, each empty unless it is set', () => {
	const compose = readFileSync('docker-compose.yml', 'utf8');
	const names = [...compose.matchAll(/^ {6}([A-Z_]+): \$\{\1:-\}$/gm)].map(([, name]) => name ?? '');
	expect(names).toEqual(['SIGN_UP', 'TRUSTED_PROXIES', 'SMTP_URL', 'SMTP_FROM']);
	expect(configOf(Object.fromEntries(names.map((name) => [name, ''])))).toEqual({
		...configOf({}),
		isTrustedProxy: expect.any(Function)
	});
});

test('every variable is read', () => {
	const env = {
		HOST: '::',
		PORT: '8080',
		ORIGIN: 'https://logs.example.com',
		DATABASE_URL: 'postgres://u:p@db/tailrace',
		DATABASE_LISTEN_URL: 'postgresql://u:p@direct:5433/tailrace',
		DATA_DIR: '/srv/tailrace',
		SIGN_UP: 'never',
		OTLP_GRPC_LISTEN: '[::]:4317',
		DRAIN_S: '3',
		RETENTION_DAYS: '7',
		DEPLOY_STORE: 'sqlite',
		DEPLOY_FLUSH_MS: '50',
		DEPLOY_LEASE_S: '60',
		DEPLOY_LOG_STDOUT: '1',
		TRUSTED_PROXIES: '10.0.0.0/8',
		SMTP_URL: 'smtps://u:p@mail.example.com',
		SMTP_FROM: 'Logs <logs@example.com>',
		METRICS_TOKEN: 'abc',
		VERCEL_SECRET: 'vvv',
		LOG_LEVEL: 'debug',
		SELF_LOGS: '0'
	};
	expect(Object.values(configOf(env))).toEqual([
		'::',
		8080,
		'https://logs.example.com',
		'postgres://u:p@db/tailrace',
		'postgresql://u:p@direct:5433/tailrace',
		'/srv/tailrace',
		null,
		'never',
		{ host: '::', port: 4317 },
		3,
		7,
		'sqlite',
		50,
		60,
		true,
		expect.any(Function),
		'vvv',
		{ smtpUrl: 'smtps://u:p@mail.example.com', from: 'Logs <logs@example.com>' },
		'abc',
		[],
		'debug',
		false
	]);
});

test('deploys are kept in PostgreSQL where DATABASE_URL is set, unless told otherwise', () => {
	const given = { DATABASE_URL: 'postgres://u:p@db/tailrace' };
	expect(configOf(given).deployStore).toBe('postgres');
	expect(configOf({ ...given, DEPLOY_STORE: 'sqlite' }).deployStore).toBe('sqlite');
	expect(configOf({ DEPLOY_STORE: 'postgres' }).deployStore).toBe('postgres');
	expect(faultsOf({ DEPLOY_STORE: 'mysql' })).toEqual([
		'DEPLOY_STORE is "mysql": expected one of sqlite, postgres'
	]);
});

test('all faults are reported together, each with the variable, the value and what is expected', () => {
	expect(faultsOf({ PORT: '99999', SIGN_UP: 'maybe', SELF_LOGS: 'sure', RETENTION_DAYS: '1.5' })).toEqual([
		'PORT is "99999": expected a whole number from 0 to 65535',
		'SIGN_UP is "maybe": expected one of first, open, never',
		'RETENTION_DAYS is "1.5": expected a whole number from 1 to 36500',
		'SELF_LOGS is "sure": expected 1 or 0'
	]);
});

test('a fault never repeats a password', () => {
	const faults = faultsOf({
		DATABASE_URL: 'mysql://root:hunter2@db/x',
		DATABASE_LISTEN_URL: 'postgres://root:hunter2@db:port/x',
		METRICS_TOKEN: 'hunter2 hunter2'
	});
	expect(faults).toHaveLength(3);
	expect(faults.join()).not.toContain('hunter2');
});

test('a listen URL without a database URL is a fault, for the embedded PostgreSQL needs none', () => {
	expect(faultsOf({ DATABASE_LISTEN_URL: 'postgres://db/x' })).toEqual([
		'DATABASE_LISTEN_URL is set without DATABASE_URL: expected both, or neither'
	]);
});

test('the listener uses DATABASE_URL unless told otherwise', () => {
	expect(configOf({ DATABASE_URL: 'postgres://db/x' }).databaseListenUrl).toBe('postgres://db/x');
});

test.each([
	'postgres://db/x',
	'postgresql://u:p%40ss@[::1]:5432/x?sslmode=require',
	'postgres://u:a,b@one:5432,two:5433/x',
	'postgres:///x?host=/run/postgresql'
])('%s is a database URL', (url) => {
	expect(configOf({ DATABASE_URL: url }).databaseUrl).toBe(url);
});

test('an origin may end with a slash, but has no path', () => {
	expect(configOf({ ORIGIN: 'http://localhost:3000/' }).origin).toBe('http://localhost:3000');
	expect(faultsOf({ ORIGIN: 'https://example.com/logs' })).toHaveLength(1);
	expect(faultsOf({ ORIGIN: 'logs.example.com' })).toHaveLength(1);
	expect(faultsOf({ ORIGIN: 'ftp://logs.example.com' })).toHaveLength(1);
});

test('no proxy is believed unless it is named', () => {
	expect(configOf({}).isTrustedProxy('127.0.0.1')).toBe(false);
	expect(configOf({ TRUSTED_PROXIES: '127.0.0.1' }).isTrustedProxy('127.0.0.1')).toBe(true);
	expect(faultsOf({ TRUSTED_PROXIES: 'nginx' })).toEqual([
		'TRUSTED_PROXIES is "nginx": expected IP addresses or ranges like 10.0.0.0/8, separated by commas'
	]);
});

test('mails need an origin, because a link whose host came from a request could lead anywhere', () => {
	const SMTP_URL = 'smtp://root:hunter2@mail';
	expect(faultsOf({ SMTP_URL })).toEqual([
		'SMTP_URL is set without ORIGIN: expected both, because mails contain links'
	]);
	expect(configOf({ SMTP_URL, ORIGIN: 'https://logs.example.com' }).mail?.from).toBe(
		'Tailrace <tailrace@logs.example.com>'
	);
});

test.each(['logs', 'a b@c d', 'x\r\nBcc: y@z <a@b>', '<a@b> tail'])('%j is no sender', (SMTP_FROM) => {
	expect(faultsOf({ SMTP_FROM })).toHaveLength(1);
});

test.each(['smtp://', 'http://mail', 'mail.example.com:25'])('%s is no mail server', (SMTP_URL) => {
	const faults = faultsOf({ SMTP_URL, ORIGIN: 'http://localhost' });
	expect(faults).toHaveLength(1);
	expect(faults.join()).not.toContain('http://mail');
});

test('the data folder is always absolute', () => {
	expect(isAbsolute(configOf({ DATA_DIR: 'some/where' }).dataDir)).toBe(true);
});

test('a host is an address or a name, not a URL', () => {
	expect(configOf({ HOST: '0.0.0.0' }).host).toBe('0.0.0.0');
	expect(configOf({ HOST: 'web-1.internal' }).host).toBe('web-1.internal');
	expect(faultsOf({ HOST: 'http://localhost' })).toHaveLength(1);
});
