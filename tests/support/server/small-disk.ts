import { execFileSync } from 'node:child_process';
import {
	chmodSync,
	closeSync,
	mkdtempSync,
	openSync,
	rmdirSync,
	rmSync,
	statfsSync,
	writeSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Whether a disk of any size can be mounted here: only by root. */
export const canMount = process.getuid?.() === 0;

export interface SmallDisk {
	readonly folder: string;
	/** Uses up all room except this many MiB. */
	fill(leave?: number): void;
	/** Gives that room back. */
	free(): void;
	/** Makes it larger. */
	grow(mebibytes: number): void;
}

/** A file system of this many MiB, in memory. Stop whatever uses it before the test ends. */
export function smallDisk(mebibytes: number): SmallDisk {
	const folder = mkdtempSync(join(tmpdir(), 'tailrace-disk-'));
	const mount = (...options: string[]) =>
		execFileSync('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', folder]);
	mount(`size=${mebibytes}m`);
	onTestFinished(() => {
		execFileSync('umount', ['--lazy', folder]);
		rmdirSync(folder);
	});
	chmodSync(folder, 0o711); // the user postgres passes through
	const filler = join(folder, 'filler');

	function fill(leave = 0): void {
		const { bavail, bsize } = statfsSync(folder);
		let left = bavail * bsize - leave * 1024 * 1024;
		const piece = Buffer.alloc(1024 * 1024);
		const file = openSync(filler, 'a');
		try {
			while (left > 0) left -= writeSync(file, piece, 0, Math.min(left, piece.length));
		} catch (error) {
			if ((error as { code?: string }).code !== 'ENOSPC') throw error;
		} finally {
			closeSync(file);
		}
	}

	return {
		folder,
		fill,
		free: () => rmSync(filler, { force: true }),
		grow: (to) => mount('remount', `size=${to}m`)
	};
}
