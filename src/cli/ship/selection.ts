import type { Identity } from './fingerprint.ts';
import * as glob from './glob.ts';
import * as moved from './moved.ts';
import * as regularFile from './regular-file.ts';
import type { Kind } from './shape.ts';

export interface Wanted {
	pattern: string;
	kind: Kind;
}

export interface Place {
	path: string;
	kind: Kind;
}

/** The files that patterns name, and that none excludes. */
export class Selection {
	readonly #wanted: Wanted[];
	readonly #named: ((path: string) => boolean)[];
	readonly #excluded: ((path: string) => boolean)[];

	constructor(wanted: Wanted[], exclude: string[]) {
		this.#wanted = wanted;
		this.#named = wanted.map(({ pattern }) => glob.matcher(pattern));
		this.#excluded = exclude.map(glob.matcher);
	}

	isNamed(path: string): boolean {
		return this.#named.some((matches) => matches(path));
	}

	isExcluded(path: string): boolean {
		return this.#excluded.some((matches) => matches(path));
	}

	has(path: string): boolean {
		return this.isNamed(path) && this.#isWanted(path);
	}

	/** The paths of each file that there is, by its identity. */
	find(note: glob.Note): Map<string, Place[]> {
		const found = new Map<string, Place[]>();
		for (const { pattern, kind } of this.#wanted) {
			for (const path of glob.find(pattern, note).filter((path) => this.#isWanted(path))) {
				const key = keyAt(path, note);
				if (key !== null) found.set(key, [...(found.get(key) ?? []), { path, kind }]);
			}
		}
		return found;
	}

	#isWanted(path: string): boolean {
		return !moved.isPacked(path) && !this.isExcluded(path);
	}
}

export const keyOf = ({ dev, ino }: Identity) => `${dev}:${ino}`;

/** Of the file at a path; null if there is none, or, noted, if that can't be told. */
export function keyAt(path: string, note: glob.Note): string | null {
	try {
		const stat = regularFile.stat(path);
		return stat && keyOf({ dev: String(stat.dev), ino: String(stat.ino) });
	} catch (error) {
		note(path, error);
		return null;
	}
}
