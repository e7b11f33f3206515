import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../server/other-postgres.ts';
import { scratch, startProgram, syslogNgModules, type Program } from './programs.ts';
import { messages } from './syslog-messages.ts';

/** Messages as syslog-ng gets them, counted. */
const framed = (given: readonly string[]) =>
	given.map((message) => `${Buffer.byteLength(message)} ${message}`).join('');

const configuration = (port: number, destination: string) => `@version: 3.38
options { frac-digits(3); keep-hostname(yes); log-msg-size(65536); };
log {
	source { syslog(ip("127.0.0.1") port(${port}) transport("tcp")); };
	destination { ${destination} };
	flags(flow-control);
};
`;

/** A syslog-ng that runs, and takes lines of the script to send them on. */
export interface SyslogNg {
	program: Program;
	send(first: number, count: number, edit?: (message: string) => string): Promise<void>;
}

/** Starts syslog-ng with a destination, in its own words. */
export async function startSyslogNg(destination: string): Promise<SyslogNg> {
	const [folder, port] = [await scratch(), await freePort()];
	const file = join(folder, 'syslog-ng.conf');
	await writeFile(file, configuration(port, destination));
	const own = ['persist-file', 'pidfile', 'control'].map((name) => `--${name}=${join(folder, name)}`);
	const words = [`--module-path=${syslogNgModules}`, '-F', '--no-caps', '-f', file, '-e', ...own];
	const program = startProgram('syslogNg', words);
	async function send(...which: Parameters<typeof messages>): Promise<void> {
		const socket = await connected(port, program);
		socket.end(framed(messages(...which)));
		await once(socket, 'close');
	}
	return { program, send };
}

async function connected(port: number, program: Program) {
	for (let tries = 0; tries < 200; tries++) {
		const socket = connect(port, '127.0.0.1');
		const isOpen = await once(socket, 'connect').then(
			() => true,
			() => false
		);
		if (isOpen) return socket.resume();
		await sleep(50);
	}
	throw new Error(`syslog-ng does not listen. It said:\n${program.said()}`);
}
