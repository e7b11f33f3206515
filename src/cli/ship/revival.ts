/** Goes on with the files that an earlier run knew. */
import { closeSync } from 'node:fs';
import { basename } from 'node:path';
import type { Identity } from './fingerprint.ts';
import * as generations from './generations.ts';
import type { Known } from './known-file.ts';
import * as moved from './moved.ts';
import type { Selection } from './selection.ts';
import * as shape from './shape.ts';
import { TailedFile } from './tailed-file.ts';

/** What there is besides a file. */
export interface Surroundings {
	asked: shape.Asked;
	say(message: string): void;
	/** Whether a file is read already. */
	isOpen(identity: Identity): boolean;
	/** Whether it was known at the start, or is read already. */
	isKnown(identity: Identity): boolean;
	selection: Pick<Selection, 'isNamed' | 'isExcluded'>;
}

/** The known file, wherever it is now; null, and it is said if lines may be lost, if it is gone. Throws if it can't be read. */
export function revive(known: Known, around: Surroundings): TailedFile | null {
	const found = moved.inPlace(known.path, known) ?? moved.search(known, around.isOpen);
	if (!found && known.isSent) return null;
	if (!found) {
		const rest = `lines behind byte ${known.offset}, and those of files that followed, are lost if they were not sent`;
		around.say(`${known.path} was replaced or removed while nothing read it: ${rest}`);
		return null;
	}
	return resume(found, known, around.asked);
}

/** Null if it is none of a container, as its name should say. */
export function resume(found: moved.Found, known: Known, asked: shape.Asked): TailedFile | null {
	const what = shape.of(known.kind, known.path, asked);
	if (what) return TailedFile.resume(found.file, found.path, known, what);
	closeSync(found.file);
	return null;
}

/** Whole files that followed a known one while nothing read them. Throws if they can't be read. */
export function followersOf(tail: TailedFile, known: Known, around: Surroundings): TailedFile[] {
	if (tail.known.real === known.real) return [];
	const isOther = (path: string, identity: Identity) =>
		around.selection.isExcluded(path) || around.isKnown(identity);
	const { files, doubtful } = generations.after(known.real, tail.known.real, isOther);
	const unread = doubtful.filter((path) => !around.selection.isNamed(path));
	if (unread.length > 0) {
		const names = unread.map((path) => basename(path)).join(', ');
		around.say(`${known.path} was rotated while nothing read it: ${names} may hold lines that were not sent`);
	}
	return files.flatMap((path) => TailedFile.open(path, tail.shape, { name: known.path }) ?? []);
}
