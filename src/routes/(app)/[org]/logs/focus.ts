/** Where the reader is while a search loads: the next view goes on from there. */
export interface Focused {
	/** The control's `data-focus`. */
	name: string;
	/** The text in it, if it is a field. */
	typed: string | null;
}

/** The control that has the focus; null if it has no name. */
export function ofActive(): Focused | null {
	const control = document.activeElement;
	if (!(control instanceof HTMLElement) || control.dataset.focus === undefined) return null;
	return { name: control.dataset.focus, typed: control instanceof HTMLInputElement ? control.value : null };
}
