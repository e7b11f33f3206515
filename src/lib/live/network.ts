/** What the browser knows of its network. */

/** Whether it knows that there is none. */
export function isOffline(): boolean {
	return typeof navigator !== 'undefined' && navigator.onLine === false;
}

/** Calls back whenever it comes or goes; the returned function stops that. Without a browser nothing is ever called. */
export function watch(changed: () => void): () => void {
	if (typeof window === 'undefined') return () => {};
	window.addEventListener('online', changed);
	window.addEventListener('offline', changed);
	return () => {
		window.removeEventListener('online', changed);
		window.removeEventListener('offline', changed);
	};
}
