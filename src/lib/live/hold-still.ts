/**
 * Changes what a scrolling list shows without moving what is on the screen: the first row in view stands after the change where it
 * stood before. The browser's own scroll anchoring is put aside for that: not all have it, none does it at the very top, and Chromium
 * comes back to a row that it chose long ago, when it was put aside for a while in between.
 */

/** A row of a list, and where it stands: pixels from the top of the list to the row's top. */
export interface Place {
	row: HTMLElement;
	top: number;
}

/** `change` must have changed the page when it returns. */
export function during(list: HTMLElement, selector: string, change: () => void): void {
	const place = placeOf(list, selector);
	const anchoring = list.style.overflowAnchor;
	list.style.overflowAnchor = 'none';
	change();
	if (place) bringBack(list, place);
	list.style.overflowAnchor = anchoring;
}

/** The place of the first row in view; null when none is. */
export function placeOf(list: HTMLElement, selector: string): Place | null {
	const row = firstInView(list, selector);
	return row && { row, top: topOf(list, row) };
}

/** Scrolls so that the row stands where it stood; not when it is gone. */
export function bringBack(list: HTMLElement, { row, top }: Place): void {
	if (!list.contains(row)) return;
	const moved = topOf(list, row) - top;
	if (Math.abs(moved) >= 0.5) list.scrollTop += moved;
}

/** The first row that is in view, be it in part; null when none is. */
export function firstInView(list: HTMLElement, selector: string): HTMLElement | null {
	return inView(list, selector)[0] ?? null;
}

/** The rows that are in view, those in part included, from top to bottom. */
export function inView(list: HTMLElement, selector: string): HTMLElement[] {
	const { top, bottom } = list.getBoundingClientRect();
	const rows = [...list.querySelectorAll<HTMLElement>(selector)];
	const first = firstIndex(rows, (row) => row.getBoundingClientRect().bottom > top);
	const end = firstIndex(rows, (row) => row.getBoundingClientRect().top >= bottom);
	return rows.slice(first, end);
}

/** The index of the first for which it holds, of rows of which it holds for all that follow; their count if there is none. */
function firstIndex(rows: readonly HTMLElement[], holds: (row: HTMLElement) => boolean): number {
	let [low, high] = [0, rows.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (holds(rows[middle] as HTMLElement)) high = middle;
		else low = middle + 1;
	}
	return low;
}

function topOf(list: HTMLElement, row: HTMLElement): number {
	return row.getBoundingClientRect().top - list.getBoundingClientRect().top;
}
