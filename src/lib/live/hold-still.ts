/**
 * Changes what a scrolling list shows without moving what is on the screen: the first element in view stands after the
 * change where it stood before. The browser's own scroll anchoring is put aside meanwhile: not all have it, and none does it
 * at the very top. `change` must have changed the page when it returns.
 */
export function during(list: HTMLElement, selector: string, change: () => void): void {
	const still = firstInView(list, selector);
	const top = still?.getBoundingClientRect().top ?? 0;
	const anchoring = list.style.overflowAnchor;
	list.style.overflowAnchor = 'none';
	change();
	if (still?.isConnected) list.scrollTop += still.getBoundingClientRect().top - top;
	list.style.overflowAnchor = anchoring;
}

/** The first element that matches and is in view; null when none is. */
export function firstInView(list: HTMLElement, selector: string): Element | null {
	const { top, bottom } = list.getBoundingClientRect();
	for (const element of list.querySelectorAll(selector)) {
		const box = element.getBoundingClientRect();
		if (box.bottom > top) return box.top < bottom ? element : null;
	}
	return null;
}
