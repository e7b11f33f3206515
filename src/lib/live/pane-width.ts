/** How wide the pane of the open entry is, in px: from 360 px to half of the window. */
export const least = 360;
export const usual = 400;
const step = 20;

export function mostIn(window: number): number {
	return Math.max(least, Math.floor(window / 2));
}

/** The nearest width that a window allows. */
export function within(width: number, window: number): number {
	return Math.min(mostIn(window), Math.max(least, Math.round(width)));
}

/** The width after a key on the pane's left edge; null if the key means nothing there. */
export function byKey(key: string, width: number, window: number): number | null {
	if (key === 'ArrowLeft') return within(width + step, window);
	if (key === 'ArrowRight') return within(width - step, window);
	if (key === 'Home') return least;
	return key === 'End' ? mostIn(window) : null;
}
