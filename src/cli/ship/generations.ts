/** What a log became by rotation while nothing read it, after the file that is known. */
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Identity } from './fingerprint.ts';
import * as moved from './moved.ts';
import * as regularFile from './regular-file.ts';

export interface Later {
	/** Files of the same log that followed the known one, in their order. */
	files: string[];
	/** Files that may be such: their names or times do not say. */
	doubtful: string[];
}

interface Candidate {
	path: string;
	modified: bigint;
	born: bigint;
}

/**
 * Of a log that was called `original`, and is at `path` now. A file that followed has a name that differs in numbers alone, and
 * was begun and written to later; `isOther` says which files are known or not wanted.
 */
export function after(
	original: string,
	path: string,
	isOther: (path: string, identity: Identity) => boolean
): Later {
	const later: Later = { files: [], doubtful: [] };
	const known = candidate(path, () => false);
	if (!known) return later;
	const names = readdirSync(dirname(path)).filter((name) => name !== basename(path));
	const alike = names.filter((name) => isForm(name, path) || isRotated(name, basename(original)));
	const found = alike.flatMap((name) => candidate(join(dirname(path), name), isOther) ?? []);
	for (const file of found.sort(byTime)) {
		if (isOlder(file, known)) continue;
		const isSure = isForm(basename(file.path), path) && byTime(file, known) > 0;
		(isSure && !moved.isPacked(file.path) ? later.files : later.doubtful).push(file.path);
	}
	return later;
}

/** `app.log.1` and `app.log.2`, `app-20261129.log` and `app-20261130.log`. */
function isForm(name: string, path: string): boolean {
	const formOf = (text: string) => text.replaceAll(/\d+/g, '#');
	return formOf(name) === formOf(basename(path));
}

/** Whether a name looks like one that rotation gives. */
const isRotated = (name: string, original: string) =>
	name.startsWith(original) && /^[.\-_].*(?:\d|old|bak)/.test(name.slice(original.length));

function candidate(path: string, isOther: (path: string, identity: Identity) => boolean): Candidate | null {
	try {
		const stat = regularFile.stat(path);
		if (!stat || stat.size === 0n) return null;
		if (isOther(path, { dev: String(stat.dev), ino: String(stat.ino) })) return null;
		return { path, modified: stat.mtimeNs, born: stat.birthtimeNs };
	} catch {
		return null; // a link that leads nowhere, or nothing of ours
	}
}

const isOlder = (file: Candidate, known: Candidate) =>
	file.modified < known.modified || file.born < known.born;

function byTime(a: Candidate, b: Candidate): number {
	return Number(a.modified - b.modified) || Number(a.born - b.born);
}
