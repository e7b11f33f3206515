import { spawn } from 'node:child_process';
import process from 'node:process';
import type { Readable } from 'node:stream';

/**
 * Leaves behind a process that reads and discards the input until the last writer has gone. A daemon started by a deploy keeps
 * the deploy's stdout, and would die of SIGPIPE at its next line if nobody read that. cat takes next to nothing, but needs a
 * descriptor with blocking reads; draining Node's own sockets takes a Node process.
 */
export function leave(input: number | Readable): void {
	const [file = '', ...args] =
		typeof input === 'number' ? ['cat'] : [process.execPath, '-e', 'process.stdin.resume()'];
	const drainer = spawn(file, args, {
		stdio: [input, 'ignore', 'ignore'],
		detached: true, // Ctrl-C in our terminal is not meant for it
		cwd: '/',
		env: { PATH: process.env.PATH } // and none of our secrets
	});
	drainer.on('error', () => {}); // no cat: then the daemon is on its own, and there is nobody to tell
	drainer.unref();
}
