/** Finds a file's content again after log rotation: the file under another name, or a copy of it. */
import { closeSync, fstatSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as fingerprint from './fingerprint.ts';
import * as regularFile from './regular-file.ts';
import type { Known } from './known-file.ts';

/** What is packed is no text, and its lines were there before. */
export const isPacked = (path: string) => /\.(?:gz|bz2|xz|zst|lz4|lzma|zip|Z)$/.test(path);

export interface Found {
	file: number;
	path: string;
	size: number;
}

type IsOther = (identity: fingerprint.Identity) => boolean;
type Remembered = Pick<Known, 'real' | 'head' | 'seal' | 'offset' | 'dev' | 'ino'>;

/** The file at this path, if it is still the known one and has what was read of it. Throws if it can't be read. */
export function inPlace(path: string, known: Remembered): Found | null {
	return opened(path, (file, size) => isItself(file, size, known));
}

/** The known file under another name in its folder, or else a copy of it; `isOther` says which files are others for certain. */
export function search(known: Remembered, isOther: IsOther): Found | null {
	const itself = first(pathsIn(dirname(known.real)), (file, size) => isItself(file, size, known));
	return itself ?? searchCopy(known, isOther);
}

/** A copy of the known file, made before that was truncated. */
export function searchCopy(known: Remembered, isOther: IsOther): Found | null {
	const related = pathsIn(dirname(known.real)).filter((path) => isRelated(path, known.real));
	return first(related, (file, size) => {
		const isTaken = isOther(fingerprint.identityOf(file));
		return !isTaken && size >= known.seal.at && isCopy(file, size, known);
	});
}

/** Whether a file begins like the known one, as far as it goes: it is a copy, or will be one. */
export function isCopy(file: number, size: number, { head, seal }: Remembered): boolean {
	if (head.at === 0 || !fingerprint.holds(file, head)) return false;
	return size < seal.at || fingerprint.holds(file, seal);
}

/** Whether the name could be that of a copy: `app.log` → `app.log.1`, `app-20261129.log`. */
export function isRelated(path: string, original: string): boolean {
	const stem = basename(original).replace(/\.[^.]*$/, '');
	return dirname(path) === dirname(original) && basename(path).startsWith(stem || basename(original));
}

function isItself(file: number, size: number, known: Remembered): boolean {
	if (size < known.offset || !fingerprint.isSame(fingerprint.identityOf(file), known)) return false;
	return fingerprint.holds(file, known.head) && fingerprint.holds(file, known.seal);
}

function first(paths: string[], fits: (file: number, size: number) => boolean): Found | null {
	for (const path of paths) {
		try {
			const found = opened(path, fits);
			if (found) return found;
		} catch {
			// Not ours to read: it is not found.
		}
	}
	return null;
}

/** The file at this path, open, if it fits. Throws if it can't be read. */
export function opened(path: string, fits: (file: number, size: number) => boolean): Found | null {
	const file = regularFile.open(path);
	if (file === null) return null;
	let found: Found | null = null;
	try {
		const { size } = fstatSync(file);
		if (fits(file, size)) found = { file, path, size };
		return found;
	} finally {
		if (!found) closeSync(file);
	}
}

function pathsIn(folder: string): string[] {
	try {
		const names = readdirSync(folder).filter((name) => !isPacked(name));
		return names.map((name) => join(folder, name));
	} catch {
		return []; // the folder is gone, or closed to us
	}
}
