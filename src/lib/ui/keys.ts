/** A page's shortcuts: each key's action, by its name. */
export type Keys = Record<string, () => void>;

const writing =
	'input, textarea, select, [contenteditable], [role="dialog"], [role="menu"], [role="listbox"]';

/** Runs the key's action, unless the reader is typing, or means a focused control. */
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

/** Esc leaves a box, so that the page's shortcuts work again. */
function leave(event: KeyboardEvent, target: Element): void {
	if (event.key === 'Escape' && target instanceof HTMLInputElement) target.blur();
}
