/** Regular files alone: opening a pipe would wait for its writer, or end it. */
import { Buffer } from 'node:buffer';
import {
	closeSync,
	constants,
	fstatSync,
	openSync,
	readSync,
	realpathSync,
	statSync,
	type BigIntStats
} from 'node:fs';

const buffer = Buffer.allocUnsafeSlow(32 * 1024);
const lineFeed = 0x0a;

/** The regular file at a path; null if there is none. Throws if that can't be told: a folder is closed to us, links go in circles. */
export function stat(path: string): BigIntStats | null {
	const found = statSync(path, { bigint: true, throwIfNoEntry: false });
	return found?.isFile() ? found : null;
}

/** To read it; null if there is none. Throws if it cannot be read. */
export function open(path: string): number | null {
	try {
		if (!stat(path)) return null;
		// If it has become a pipe meanwhile, this does not wait.
		const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
		if (fstatSync(file).isFile()) return file;
		closeSync(file);
		return null;
	} catch (error) {
		if (isAbsence(error)) return null;
		throw error;
	}
}

/** Where the line begins that a file of this size ends in. */
export function lastLine(file: number, size: number): number {
	const from = Math.max(0, size - buffer.length);
	const count = readSync(file, buffer, 0, buffer.length, from);
	const feed = buffer.subarray(0, count).lastIndexOf(lineFeed);
	return feed < 0 ? size : from + feed + 1;
}

/** Where links lead. */
export function realOf(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		return path; // gone or closed to us meanwhile: where it was found is where it is looked for later
	}
}

/** Whether an error says that nothing is there. */
export function isAbsence(error: unknown): boolean {
	const { code } = error as NodeJS.ErrnoException;
	return code === 'ENOENT' || code === 'ENOTDIR';
}
