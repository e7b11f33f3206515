import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Pipe {
	reader: Socket;
	/** A file descriptor for a child; close it here once the child has it. */
	writer: number;
	/** The same end as `reader`, but with blocking reads, as other programs need. */
	spare: number;
}

/**
 * Real pipes. What Node creates for a child are sockets, which cannot be opened as /dev/stdout or /dev/stderr, as `tee
 * /dev/stderr` does (nodejs/node issue 21941), and two of a child's descriptors cannot share one. Null without mkfifo, or a
 * folder to create them in.
 */
export function make(count: number): Pipe[] | null {
	const folder = makeFolder();
	if (folder === null) return null;
	try {
		const paths = Array.from({ length: count }, (_, index) => join(folder, `pipe-${index}`));
		const { status } = spawnSync('mkfifo', ['-m', '600', ...paths], { stdio: 'ignore' });
		return status === 0 ? paths.map(open) : null;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

export function closeWriters(pipes: Pipe[]): void {
	for (const { writer } of pipes) closeSync(writer);
}

/** The reader comes first: without one, opening the writer would block. */
function open(path: string): Pipe {
	const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
	const writer = openSync(path, constants.O_WRONLY);
	const spare = openSync(path, constants.O_RDONLY);
	return { reader: new Socket({ fd, readable: true, writable: false }), writer, spare };
}

function makeFolder(): string | null {
	try {
		return mkdtempSync(join(tmpdir(), 'tailrace-'));
	} catch {
		return null; // a full disk or a read-only one: no reason not to deploy
	}
}
