import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { Running } from './clients.ts';

/** Debian's syslog-ng cannot be installed beside its rsyslog: where it is unpacked then. */
const unpacked = '/opt/syslog-ng/usr/sbin/syslog-ng';
const installed = '/usr/sbin/syslog-ng';

/** Shippers that Debian has; .ci/run gets them for root. */
export const paths = {
	journalRemote: '/lib/systemd/systemd-journal-remote',
	journalUpload: '/lib/systemd/systemd-journal-upload',
	syslogNg: existsSync(installed) ? installed : unpacked
};

/** Where syslog-ng's modules are, wherever it is. */
export const syslogNgModules = join(dirname(paths.syslogNg), '../lib/syslog-ng/3.38');

/** Whether these are installed here; tests of a shipper that is not are left out. */
export const areHere = (...programs: (keyof typeof paths)[]) =>
	programs.every((program) => existsSync(paths[program]));

/** A shipper that runs, and can be asked to end. */
export interface Program extends Omit<Running, 'finish'> {
	stop(): void;
}

/** Starts a shipper of Debian's; it ends with the test. */
export function startProgram(program: keyof typeof paths, arguments_: string[]): Program {
	const env = { PATH: process.env.PATH, LD_LIBRARY_PATH: dirname(syslogNgModules) };
	const child = spawn(paths[program], arguments_, { env, stdio: ['ignore', 'pipe', 'pipe'] });
	let said = '';
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding('utf8').on('data', (text: string) => (said += text));
	const ended = once(child, 'close').then(([code]) => code as number | null);
	const stop = () => void child.kill('SIGTERM');
	onTestFinished(async () => {
		stop();
		await ended;
	});
	return { said: () => said, ended, stop };
}

/** Runs one to its end, which must be a good one. */
export async function runProgram(program: keyof typeof paths, arguments_: string[]): Promise<void> {
	const running = startProgram(program, arguments_);
	const status = await running.ended;
	expect({ status, said: status === 0 ? '' : running.said() }).toEqual({ status: 0, said: '' });
}

/** An empty folder that goes with the test. */
export async function scratch(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'tailrace-shipper-'));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	return folder;
}
