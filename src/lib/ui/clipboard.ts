/** Writes to the clipboard; false if the browser refuses. Over plain HTTP on a LAN there is no `navigator.clipboard`. */
export async function write(text: string): Promise<boolean> {
	if (!window.isSecureContext) return copySelection(text);
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		// Refused for lack of permission; the old way needs none.
		return copySelection(text);
	}
}

function copySelection(text: string): boolean {
	const area = document.createElement('textarea');
	area.value = text;
	area.style.position = 'fixed';
	area.style.opacity = '0';
	const focused = document.activeElement;
	document.body.append(area);
	area.select();
	const done = document.execCommand('copy');
	area.remove();
	if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
	return done;
}
