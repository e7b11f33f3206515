import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { runnableBy } from '../../../src/lib/server/postgres/embedded-programs.ts';
import * as users from '../../../src/lib/server/postgres/embedded-user.ts';

/** A PostgreSQL that Tailrace knows only by its DATABASE_URL. */
export interface OtherPostgres {
	readonly url: string;
	/** The file that it logs to. */
	readonly log: string;
	/** Of its main process. */
	pid(): Promise<number>;
	/** `fast` as an operator does it, `immediate` as after a crash: the write-ahead log is replayed then. */
	restart(how: 'fast' | 'immediate'): Promise<void>;
	/** Also removes it. */
	stop(): Promise<void>;
}

/** The system's PostgreSQL, if it has one, instead of the embedded one, on a new folder, with these settings of its own. */
export async function startOther(given: Record<string, string> = {}): Promise<OtherPostgres> {
	const folder = await mkdtemp(join(tmpdir(), 'tailrace-other-'));
	const data = join(folder, 'data');
	const log = join(folder, 'log');
	const user = await users.choose(data);
	const programs = globSync('/usr/lib/postgresql/*/bin').sort().at(-1) ?? (await runnableBy(user));
	await mkdir(data);
	if (user) for (const path of [folder, data]) await chown(path, user.uid, user.gid);
	await chmod(folder, 0o755);

	async function run(program: string, args: string[]): Promise<void> {
		const found = join(programs, program);
		const child = spawn(found, args, { ...users.runAs(user), stdio: ['ignore', 'ignore', 'pipe'] });
		const [said, [status]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
		if (status !== 0) throw new Error(`${found} failed: ${said}`);
	}

	const port = await freePort();
	const settings = Object.entries({ listen_addresses: '127.0.0.1', unix_socket_directories: '', ...given });
	const flags = [`-p ${port}`, ...settings.map(([name, value]) => `-c ${name}=${value}`)].join(' ');
	await run('initdb', ['-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C']);
	if (given.ssl === 'on') certify(data, user);
	const start = () => run('pg_ctl', ['-D', data, '-l', log, '-o', flags, '-w', 'start']);
	const end = (how: string) => run('pg_ctl', ['-D', data, '-m', how, '-w', 'stop']);
	await start();
	return {
		url: `postgres://postgres@127.0.0.1:${port}/postgres`,
		log,
		pid: async () => Number.parseInt(await readFile(join(data, 'postmaster.pid'), 'utf8'), 10),
		async restart(how) {
			await end(how);
			await start();
		},
		async stop() {
			await end('immediate');
			await rm(folder, { recursive: true });
		}
	};
}

/** server.crt and server.key, where PostgreSQL looks for them. */
function certify(data: string, user: users.User | null): void {
	const words =
		'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -days 2';
	const files = ['-keyout', join(data, 'server.key'), '-out', join(data, 'server.crt')];
	execFileSync('openssl', [...words.split(' '), ...files], { ...users.runAs(user), stdio: 'pipe' });
}

export async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	if (address === null || typeof address === 'string') throw new Error('no port');
	return address.port;
}
