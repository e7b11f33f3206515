/**
 * Changes a scrolling list's content without moving what is on the screen: the first row in view stays where it was. The
 * browser's own scroll anchoring is turned off for that: not all have it, none does it at the very top, and Chromium returns to
 * a row that it chose long ago, if it was turned off in between.
 */

/** A row of a list, and its position: pixels from the top of the list to the row's top. */
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

/** The place of the first row in view; null if there is none. */
export function placeOf(list: HTMLElement, selector: string): Place | null {
	const row = firstInView(list, selector);
	return row && { row, top: topOf(list, row) };
}

/** Scrolls the row back to where it was; does nothing if it is gone. */
export function bringBack(list: HTMLElement, { row, top }: Place): void {
	if (!list.contains(row)) return;
	const moved = topOf(list, row) - top;
	if (Math.abs(moved) >= 0.5) list.scrollTop += moved;
}

/** The first row in view, even partly; null if there is none. */
export function firstInView(list: HTMLElement, selector: string): HTMLElement | null {
	return inView(list, selector)[0] ?? null;
}

/** The rows in view, even partly, from top to bottom. */
export function inView(list: HTMLElement, selector: string): HTMLElement[] {
	const { top, bottom } = list.getBoundingClientRect();
	const rows = [...list.querySelectorAll<HTMLElement>(selector)];
	const first = firstIndex(rows, (row) => row.getBoundingClientRect().bottom > top);
	const end = firstIndex(rows, (row) => row.getBoundingClientRect().top >= bottom);
	return rows.slice(first, end);
}

/** The index of the first row for which it holds, if it holds for all that follow; their count if there is none. */
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
