import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';

/** Where Linux has a file system in memory, whatever the distribution. */
const folder = '/dev/shm';
/** What the tests hold at once is well below (measured: 0.6 GiB). */
const room = 6 * 1024 ** 3;

/** A folder in memory with room for the tests, in which programs may run; null if there is none. */
export function memoryFolder() {
	try {
		const { bavail, bsize } = statfsSync(folder);
		return Math.min(bavail * bsize, freemem()) > room && runsPrograms() ? folder : null;
	} catch {
		return null; // no such folder, or it is not ours to write to
	}
}

/** Many systems mount it with `noexec`. */
function runsPrograms() {
	const made = mkdtempSync(join(folder, 'tailrace-'));
	try {
		const program = join(made, 'program');
		writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
		return spawnSync(program).status === 0;
	} finally {
		rmSync(made, { recursive: true });
	}
}
