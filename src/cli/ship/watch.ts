import { watch, type FSWatcher } from 'node:fs';

/**
 * Hears of changes in folders at once, where the system tells: not of files behind links, on network disks or beyond its
 * limits. Whoever uses it looks by itself from time to time, too.
 */
export class Watch {
	readonly #wake: () => void;
	readonly #watchers = new Map<string, FSWatcher>();
	#hasNews = false;

	constructor(wake: () => void) {
		this.#wake = wake;
	}

	/** Whether names in a folder have changed since `folders`. */
	get hasNews(): boolean {
		return this.#hasNews;
	}

	/** From now on these. */
	folders(wanted: string[]): void {
		this.#hasNews = false;
		const folders = new Set(wanted);
		for (const [folder, watcher] of this.#watchers) {
			if (folders.has(folder)) continue;
			watcher.close();
			this.#watchers.delete(folder);
		}
		for (const folder of folders) if (!this.#watchers.has(folder)) this.#add(folder);
	}

	close(): void {
		for (const watcher of this.#watchers.values()) watcher.close();
	}

	#add(folder: string): void {
		try {
			const watcher = watch(folder, (event) => {
				this.#hasNews ||= event === 'rename';
				this.#wake();
			});
			// Gone, or beyond a limit: then it is looked at from time to time only.
			watcher.on('error', () => watcher.close());
			this.#watchers.set(folder, watcher);
		} catch {
			// The same. It is tried again at the next look.
		}
	}
}
