import * as regularFile from './regular-file.ts';

/** Paths that can't be read now. Each is said once, until it can be read again. */
export class Unreadable {
	readonly #say: (message: string) => void;
	#paths = new Set<string>();
	#before = new Set<string>();

	constructor(say: (message: string) => void) {
		this.#say = say;
	}

	get size(): number {
		return this.#paths.size;
	}

	/** A new look at all of them begins. */
	begin(): void {
		this.#before = this.#paths;
		this.#paths = new Set();
	}

	/** What was tried with a path has failed. If nothing is there, there is nothing to read. Throws what is no system error. */
	note(path: string, error: unknown): void {
		if (regularFile.isAbsence(error)) return;
		if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
		const isSaid = this.#paths.has(path) || this.#before.has(path);
		if (!isSaid) this.#say(`can't read ${path} (${(error as Error).message})`);
		this.#paths.add(path);
	}
}
