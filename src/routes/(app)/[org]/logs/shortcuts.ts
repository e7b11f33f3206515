/** The keys of the Logs page. */

export interface Actions {
	search(): void;
	move(by: 1 | -1): void;
	open(): void;
	close(): void;
	follow(): void;
	help(): void;
}

const writing =
	'input, textarea, select, [contenteditable], [role="dialog"], [role="menu"], [role="listbox"]';

/** Does what the key stands for, unless the reader is writing, or means a control that has the focus. */
export function handle(event: KeyboardEvent, actions: Actions): void {
	if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
	const target = event.target instanceof Element ? event.target : null;
	if (target?.closest(writing)) return leave(event, target);
	if (event.key === 'Enter' && target?.closest('a, button')) return;
	const act = actionOf(event.key, actions);
	if (!act) return;
	event.preventDefault();
	act();
}

function actionOf(key: string, actions: Actions): (() => void) | null {
	if (key === '/') return actions.search;
	if (key === 'j') return () => actions.move(1);
	if (key === 'k') return () => actions.move(-1);
	if (key === 'Enter') return actions.open;
	if (key === 'Escape') return actions.close;
	if (key === 'End') return actions.follow;
	return key === '?' ? actions.help : null;
}

/** Esc leaves the query box, so that the keys of the page work again. */
function leave(event: KeyboardEvent, target: Element): void {
	if (event.key === 'Escape' && target instanceof HTMLInputElement) target.blur();
}
