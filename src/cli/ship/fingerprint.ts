import { createHash } from 'node:crypto';
import { fstatSync, readSync } from 'node:fs';

/** Bytes that tell a file from others: its first ones, and those before the place up to which it was read. */
const length = 1024;
/** All marks are made in it, one after the other. */
const buffer = Buffer.allocUnsafeSlow(length);

/** A hash of the bytes before `at`. */
export interface Mark {
	at: number;
	hash: string;
}

export interface Identity {
	dev: string;
	ino: string;
}

export function identityOf(file: number): Identity {
	const { dev, ino } = fstatSync(file, { bigint: true });
	return { dev: String(dev), ino: String(ino) };
}

export const isSame = (a: Identity, b: Identity) => a.dev === b.dev && a.ino === b.ino;

/** The first bytes of a file of this size: fewer while it is small, so take it again when it has grown. */
export function head(file: number, size: number): Mark {
	return mark(file, Math.min(size, length)) ?? { at: 0, hash: '' };
}

/** Whether a head would say more now. */
export const canGrow = ({ at }: Mark, size: number) => at < length && size > at;

/** The last bytes before an offset; null if the file is shorter. */
export function mark(file: number, at: number): Mark | null {
	const bytes = buffer.subarray(0, Math.min(at, length));
	const count = readSync(file, bytes, 0, bytes.length, at - bytes.length);
	if (count < bytes.length) return null;
	return { at, hash: createHash('sha256').update(bytes).digest('hex').slice(0, 32) };
}

/** Whether the same bytes lie there now. Of nothing, always. */
export function holds(file: number, { at, hash }: Mark): boolean {
	return at === 0 || mark(file, at)?.hash === hash;
}
