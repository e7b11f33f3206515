import { Buffer } from 'node:buffer';
import { closeSync, readSync } from 'node:fs';
import * as moved from './moved.ts';
import type { TailedFile } from './tailed-file.ts';

/**
 * How long a new file that begins like another one is taken for a copy of it, in ms: then that one should have been truncated.
 * Copying takes time, too, for so many bytes a ms at least.
 */
const patience = { ms: 10_000, bytesPerMs: 1_000 };
/** Bytes that are compared, at the beginning and at the end. */
const length = 1024;
const one = Buffer.allocUnsafeSlow(length);
const other = Buffer.allocUnsafeSlow(length);

/** New files that may be copies of others, made before those are truncated. They wait: what they hold has been read. */
export class Copies {
	/** By identity: since when they are known, and their size. */
	#waiting = new Map<string, { since: number; size: number }>();
	#before = new Map<string, { since: number; size: number }>();

	/** A new look at all files begins. */
	begin(): void {
		this.#before = this.#waiting;
		this.#waiting = new Map();
	}

	/** How many files wait. */
	get size(): number {
		return this.#waiting.size;
	}

	/** How many of them have something to read. */
	get unread(): number {
		return [...this.#waiting.values()].filter(({ size }) => size > 0).length;
	}

	/** Whether a new file waits. Throws if it can't be read. */
	has(key: string, path: string, tails: readonly TailedFile[], now: number): boolean {
		const originals = tails.filter((tail) => couldBeOriginal(tail, path));
		if (originals.length === 0) return false;
		const copy = moved.opened(path, (file, size) => originals.some((tail) => isCopy(file, size, tail)));
		if (!copy) return false;
		closeSync(copy.file);
		const { size } = copy;
		const { since } = this.#before.get(key) ?? { since: now };
		if (now - since >= patience.ms + size / patience.bytesPerMs) return false;
		this.#waiting.set(key, { since, size });
		return true;
	}
}

/** A file that was renamed is not truncated, and what comes in its old place is no copy. */
function couldBeOriginal(tail: TailedFile, path: string): boolean {
	if (tail.isOver || tail.isLeaving || tail.known.former === path) return false;
	return tail.readTo > 0 && moved.isRelated(path, tail.known.real);
}

/** Whether a file has what the other one has or had, as far as it goes. Once that one is truncated, its marks must do. */
function isCopy(file: number, size: number, original: TailedFile): boolean {
	if (!original.isIntact) return moved.isCopy(file, size, original.known);
	if (size > original.size) return false;
	const last = Math.max(0, size - length);
	return isEqual(file, original.file, 0, size) && isEqual(file, original.file, last, size);
}

function isEqual(file: number, original: number, from: number, size: number): boolean {
	const count = Math.min(length, size - from);
	if (readSync(file, one, 0, count, from) < count) return false;
	if (readSync(original, other, 0, count, from) < count) return false;
	return one.compare(other, 0, count, 0, count) === 0;
}
