import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A daemon left behind by a deploy script, with the script's stdout and stderr. */
export interface LeftBehind {
	readonly pid: number;
	/** Makes it write more to both than a pipe holds. Rejects if it has ended, as SIGPIPE would make it. */
	write(): Promise<void>;
	end(): void;
}

/** A place for it to call; run `code` in it. */
export async function expectOne(): Promise<{ code: string; called: Promise<LeftBehind> }> {
	const server = createServer().listen(0, '127.0.0.1');
	onTestFinished(() => void server.close());
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	const called = once(server, 'connection').then(([socket]) => attend(socket as Socket));
	return { code: daemon(port), called };
}

const daemon = (port: number) => `
	const { writeSync } = require('fs');
	const socket = require('net').connect(${port}, '127.0.0.1');
	socket.on('data', () => {
		for (const fd of [1, 2]) for (let i = 0; i < 100; i++) writeSync(fd, 'late '.repeat(400) + '\\n');
		socket.write('written');
	});
	socket.on('close', () => process.exit());
	socket.write(String(process.pid));`;

async function attend(socket: Socket): Promise<LeftBehind> {
	onTestFinished(() => void socket.destroy());
	const gone = once(socket, 'close').then(() => Promise.reject(new Error('the daemon has ended')));
	gone.catch(() => {}); // even if nobody waits for it
	const [pid] = await once(socket, 'data');
	return {
		pid: Number(String(pid)),
		async write() {
			socket.write('write');
			await Promise.race([once(socket, 'data'), gone]);
		},
		end: () => void socket.destroy()
	};
}

/** The processes whose stdin is the pipe that a process has as stdout or stderr; Linux only. */
export function readersOf(pid: number): number[] {
	const written = [linkOf(pid, 1), linkOf(pid, 2)];
	const others = readdirSync('/proc')
		.map(Number)
		.filter((other) => other > 0);
	return others.filter((other) => written.includes(linkOf(other, 0)) && linkOf(other, 0) !== '');
}

function linkOf(pid: number, fd: number): string {
	try {
		return readlinkSync(`/proc/${pid}/fd/${fd}`);
	} catch {
		return ''; // it has ended meanwhile, or is not ours
	}
}

/** Whether a process is still running. */
export function runs(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
}
