/** The keys of a page: what each does, by its name. */
export type Keys = Record<string, () => void>;

const writing =
	'input, textarea, select, [contenteditable], [role="dialog"], [role="menu"], [role="listbox"]';

/** Does what the key stands for, unless the reader is writing, or means a control that has the focus. */
export function handle(event: KeyboardEvent, keys: Keys): void {
	if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
	const target = event.target instanceof Element ? event.target : null;
	if (target?.closest(writing)) return leave(event, target);
	if (event.key === 'Enter' && target?.closest('a, button')) return;
	const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
	if (!act) return;
	event.preventDefault();
	act();
}

/** Esc leaves a box, so that the keys of the page work again. */
function leave(event: KeyboardEvent, target: Element): void {
	if (event.key === 'Escape' && target instanceof HTMLInputElement) target.blur();
}
