import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runnableBy } from '../../../src/lib/server/postgres/embedded-programs.ts';
import * as users from '../../../src/lib/server/postgres/embedded-user.ts';

/**
 * A PostgreSQL that Tailrace knows only by its DATABASE_URL: the system's, if it has one, instead of the embedded one. `stop`
 * removes it.
 */
export async function startOther(): Promise<{ url: string; stop(): Promise<void> }> {
	const folder = await mkdtemp(join(tmpdir(), 'tailrace-other-'));
	const data = join(folder, 'data');
	const user = await users.choose(data);
	const programs = globSync('/usr/lib/postgresql/*/bin').sort().at(-1) ?? (await runnableBy(user));
	await mkdir(data);
	if (user) for (const path of [folder, data]) await chown(path, user.uid, user.gid);
	await chmod(folder, 0o755);

	function run(program: string, args: string[]): void {
		const found = join(programs, program);
		const result = spawnSync(found, args, { ...users.runAs(user), stdio: ['ignore', 'ignore', 'pipe'] });
		if (result.status !== 0) throw new Error(`${found} failed: ${result.error?.message ?? result.stderr}`);
	}

	const port = await freePort();
	const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`;
	run('initdb', ['-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C']);
	run('pg_ctl', ['-D', data, '-l', join(folder, 'log'), '-o', settings, '-w', 'start']);
	return {
		url: `postgres://postgres@127.0.0.1:${port}/postgres`,
		async stop() {
			run('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop']);
			await rm(folder, { recursive: true });
		}
	};
}

export async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	if (address === null || typeof address === 'string') throw new Error('no port');
	return address.port;
}
