import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { onTestFailed, onTestFinished } from 'vitest';

/** What stands between clients and servers, as Debian has it; .ci/run gets them for root. */
export const paths = {
	nginx: '/usr/sbin/nginx',
	haproxy: '/usr/sbin/haproxy',
	pgbouncer: '/usr/sbin/pgbouncer'
};

/** Whether it is installed here; tests of one that is not are left out. */
export const isHere = (program: keyof typeof paths) => existsSync(paths[program]);

/** Helm, which no package of Debian's has: where .ci/run unpacks it, or else the PATH has it. Null if it is not here. */
export const helm =
	['/opt/helm', ...(process.env.PATH ?? '').split(delimiter)]
		.map((folder) => join(folder, 'helm'))
		.find((path) => existsSync(path)) ?? null;

/** The title of tests, which says so if they are left out. */
export const titleIf = (isThere: boolean, title: string, program: string) =>
	isThere ? title : `${title} (left out: ${program} is not installed)`;

export const titleOf = (program: keyof typeof paths, title: string) =>
	titleIf(isHere(program), title, program);

/** Runs one until the test ends, and resolves once its port is open. Throws with what it said if it ends before. */
export async function run(program: keyof typeof paths, words: string[], port: number): Promise<void> {
	const child = spawn(paths[program], words, { stdio: ['ignore', 'pipe', 'pipe'] });
	let said = '';
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding('utf8').on('data', (text: string) => (said += text));
	const ended = once(child, 'close');
	onTestFinished(async () => {
		child.kill('SIGTERM');
		await ended;
	});
	onTestFailed(() => void process.stderr.write(said));
	while (!(await isOpen(port))) {
		if (child.exitCode !== null) throw new Error(`${program} ended. It said:\n${said}`);
	}
}

async function isOpen(port: number): Promise<boolean> {
	const socket = connect(port, '127.0.0.1');
	const open = await once(socket, 'connect').then(
		() => true,
		() => false
	);
	socket.destroy();
	return open;
}
