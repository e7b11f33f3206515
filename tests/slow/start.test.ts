import { once } from 'node:events';
import { chmod, cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import * as embedded from '../../src/lib/server/postgres/embedded.ts';
import { start, type Command } from '../support/cli/command.ts';
import { root } from '../support/server/server.ts';

/** A folder of the test's own, which the user postgres can enter. */
async function makeFolder(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'tailrace-start-'));
	onTestFinished(() => rm(folder, { recursive: true }));
	await chmod(folder, 0o755);
	return folder;
}

function startIn(folder: string, env: Record<string, string>): Command {
	const none = { ORIGIN: '', DATABASE_URL: '', PORT: '0', LOG_LEVEL: 'warn' };
	return start(process.execPath, ['build/server.js'], { cwd: folder, env: { ...none, ...env } });
}

/** A port that another program listens on. */
async function takenPort(): Promise<number> {
	const other = createServer().listen(0, '127.0.0.1');
	await once(other, 'listening');
	onTestFinished(() => void other.close());
	return (other.address() as AddressInfo).port;
}

test('every wrong setting is named in one list, with what is expected, and no secret with it', async () => {
	const { status, stdout, stderr } = await startIn(root, {
		PORT: 'http',
		LOG_LEVEL: 'loud',
		ORIGIN: 'logs.example.com',
		RETENTION_DAYS: '-1',
		DATABASE_URL: 'mysql://me:hunter2@db/x'
	}).ended;
	expect({ status, stdout: String(stdout) }).toEqual({ status: 1, stdout: '' });
	expect(String(stderr).split('\n')).toEqual([
		'Tailrace cannot start. Correct these environment variables:',
		'  PORT is "http": expected a whole number from 0 to 65535',
		'  ORIGIN is "logs.example.com": expected an address like https://logs.example.com, without a path',
		expect.stringMatching(/^ {2}DATABASE_URL is set to something else .*: expected postgres:/),
		'  RETENTION_DAYS is "-1": expected a whole number from 1 to 36500',
		'  LOG_LEVEL is "loud": expected one of trace, debug, info, warn, error, fatal, silent',
		''
	]);
	expect(String(stderr)).not.toContain('hunter2');
});

test.each(['logs.example.com', 'https://logs.example.com/tailrace', 'ftp://logs.example.com'])(
	'ORIGIN=%s ends the start with one sentence and no stack',
	async (ORIGIN) => {
		const { status, stderr } = await startIn(root, { ORIGIN }).ended;
		expect(status).toBe(1);
		expect(String(stderr)).toBe(
			'Tailrace cannot start. Correct these environment variables:\n' +
				`  ORIGIN is "${ORIGIN}": expected an address like https://logs.example.com, without a path\n`
		);
	}
);

test('a port in use ends with one sentence, and stops the PostgreSQL that was started', async () => {
	const dataDir = await makeFolder();
	const port = await takenPort();
	const { status, stdout, stderr } = await startIn(root, { DATA_DIR: dataDir, PORT: String(port) }).ended;
	expect({ status, stdout: String(stdout), stderr: String(stderr) }).toEqual({
		status: 1,
		stdout: '',
		stderr: `Port ${port} on 127.0.0.1 is already in use: stop the program that uses it, or set PORT to another port.\n`
	});
	expect(await embedded.connectUrl(dataDir)).toBeNull();
});

test('an address of another machine is said in one sentence', async () => {
	const { status, stderr } = await startIn(root, { DATA_DIR: await makeFolder(), HOST: '192.0.2.1' }).ended;
	expect(status).toBe(1);
	expect(String(stderr)).toMatch(/^This machine does not have the address 192\.0\.2\.1: [^\n]*\n$/);
});

test('a signal during the start stops what has been started, PostgreSQL included', async () => {
	const dataDir = await makeFolder();
	const starting = startIn(root, { DATA_DIR: dataDir, LOG_LEVEL: 'info' });
	await starting.saying('PostgreSQL is ready');
	starting.child.kill('SIGINT');
	expect((await starting.ended).status).toBe(0);
	expect(await embedded.connectUrl(dataDir)).toBeNull();
});

test('an empty ORIGIN counts as not set', async () => {
	const server = startIn(root, { DATA_DIR: await makeFolder(), ORIGIN: ' ' });
	await server.saying('Tailrace is ready: open http://localhost:');
	server.child.kill('SIGTERM');
	expect((await server.ended).status).toBe(0);
});

test('the build runs where there are no sources, as in the image', async () => {
	const folder = await makeFolder();
	for (const part of ['build', 'drizzle', 'package.json'])
		await cp(join(root, part), join(folder, part), { recursive: true });
	await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
	const server = startIn(folder, { DATA_DIR: join(folder, 'data') });
	await server.saying('Tailrace is ready');
	server.child.kill('SIGTERM');
	const { status, stderr } = await server.ended;
	expect({ status, stderr: String(stderr) }).toEqual({ status: 0, stderr: '' });
});
