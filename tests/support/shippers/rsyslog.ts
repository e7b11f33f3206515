import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../server/other-postgres.ts';

const program = '/usr/sbin/rsyslogd';

/** Whether rsyslog is there with a module that has a package of its own, such as `omelasticsearch`. */
export function hasRsyslog(module: string): boolean {
	if (!existsSync(program)) return false;
	return readdirSync('/usr/lib').some((folder) => existsSync(`/usr/lib/${folder}/rsyslog/${module}.so`));
}

/** An rsyslog that runs. */
export interface Rsyslog {
	/** Hands it messages of syslog, by TCP with their lengths before them. */
	take(messages: readonly string[]): Promise<void>;
	stop(): Promise<void>;
}

/** Starts rsyslog with what its configuration says of templates and actions. */
export async function startRsyslog(actions: string): Promise<Rsyslog> {
	const folder = await mkdtemp(join(tmpdir(), 'tailrace-rsyslog-'));
	const port = await freePort();
	const configuration = `
global(workDirectory="${folder}" maxMessageSize="64k" parser.escapeControlCharactersOnReceive="off")
module(load="imtcp")
input(type="imtcp" port="${port}" address="127.0.0.1")
${actions}
`;
	await writeFile(join(folder, 'rsyslog.conf'), configuration);
	const words = ['-n', '-f', join(folder, 'rsyslog.conf'), '-i', join(folder, 'pid')];
	const child = spawn(program, words, { stdio: 'ignore' });
	const ended = once(child, 'close');

	async function take(messages: readonly string[]): Promise<void> {
		const socket = await connected(port);
		for (const message of messages) socket.write(`${Buffer.byteLength(message)} ${message}`);
		socket.end();
		await once(socket, 'close');
	}

	async function stop(): Promise<void> {
		child.kill('SIGTERM');
		await ended;
		await rm(folder, { recursive: true, force: true });
	}

	return { take, stop };
}

/** A connection, as soon as the port is open. */
async function connected(port: number, attempts = 500) {
	const socket = connect(port, '127.0.0.1');
	const isOpen = await new Promise<boolean>((resolve) => {
		socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
	});
	if (isOpen) return socket;
	if (attempts === 0) throw new Error('rsyslog does not listen');
	await new Promise((resolve) => setTimeout(resolve, 20));
	return connected(port, attempts - 1);
}
