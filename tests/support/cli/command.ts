import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface Command {
	readonly child: ChildProcess;
	/** Resolves when it has ended and all its output is read. */
	readonly ended: Promise<{ status: number | null; stdout: Buffer; stderr: Buffer }>;
	/** Resolves when its stdout, or its stderr, contains this text. */
	saying(text: string, where?: 'stdout' | 'stderr'): Promise<void>;
	/** All its stdout so far. */
	said(): string;
	/** Types text. */
	type(text: string): void;
}

/** Runs a command in its own session, so without a terminal, as in CI. If still running, it ends with the test. */
export function start(
	file: string,
	args: string[],
	options: { cwd: string; env: Record<string, string>; input?: string; user?: number }
): Command {
	const env = { ...process.env, ...options.env };
	const uid = options.user === undefined ? {} : { uid: options.user, gid: options.user };
	const child = spawn(file, args, { env, cwd: options.cwd, ...uid, detached: true, stdio: 'pipe' });
	killAfterwards(child);
	if (options.input !== undefined) child.stdin.end(options.input);
	const said = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
	child.stdout.on('data', (bytes) => said.stdout.push(bytes));
	child.stderr.on('data', (bytes) => said.stderr.push(bytes));
	const ended = once(child, 'close').then(([status]) => ({
		status: status as number | null,
		stdout: Buffer.concat(said.stdout),
		stderr: Buffer.concat(said.stderr)
	}));
	return {
		child,
		ended,
		said: () => String(Buffer.concat(said.stdout)),
		type: (text) => void child.stdin.write(text),
		saying: (text, where = 'stdout') =>
			new Promise((resolve) => {
				let end = Buffer.concat(said[where]);
				const look = (bytes: Buffer) => {
					end = Buffer.concat([end, bytes]);
					if (end.includes(text)) resolve();
					end = end.subarray(-text.length);
				};
				look(Buffer.alloc(0));
				child[where].on('data', look);
			})
	};
}

/** The child is the first of its group. */
function killAfterwards(child: ChildProcess): void {
	onTestFinished(() => {
		if (child.exitCode === null && child.signalCode === null) process.kill(-Number(child.pid), 'SIGKILL');
	});
}

/** Version and path of every Node on the PATH, from `oldest` on: the project's own and the machine's. */
export function nodes(oldest: number): [string, string][] {
	const found = new Map<string, string>();
	for (const place of (process.env.PATH ?? '').split(delimiter)) {
		const path = join(place, 'node');
		const version = versionOf(path);
		if (version && Number(/\d+/.exec(version)?.[0]) >= oldest && !found.has(version))
			found.set(version, path);
	}
	return [...found];
}

function versionOf(path: string): string | null {
	try {
		return String(execFileSync(path, ['--version'], { stdio: 'pipe' })).trim();
	} catch {
		return null; // no Node in this folder
	}
}
