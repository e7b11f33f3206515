/** The selected lines. The URL holds them, so they can be shared. */
import { replaceState } from '$app/navigation';
import { page } from '$app/state';
import * as lineRange from '$live/line-range.ts';

export class LineSelection {
	range = $state.raw<lineRange.LineRange | null>(null);
	/** Where a range made with Shift begins. */
	#from = 1;

	/** Reads the URL, whose fragment the server does not know. */
	read(): void {
		this.range = lineRange.parse(location.hash);
		this.#from = this.range?.first ?? 1;
	}

	/** Selects a line, or the range from the previous one to it. */
	point(line: number, extend: boolean): void {
		if (!extend || !this.range) this.#from = line;
		this.#set(lineRange.between(this.#from, line));
	}

	clear(): void {
		this.#set(null);
	}

	#set(range: lineRange.LineRange | null): void {
		this.range = range;
		const { pathname, search } = location;
		// eslint-disable-next-line svelte/no-navigation-without-resolve -- it is where we are, but for the hash
		replaceState(pathname + search + (range ? lineRange.format(range) : ''), page.state);
	}
}
