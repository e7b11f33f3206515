import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Reads the rest of a body that was answered before it was read, and drops it: its sender may have sent all of it, and uses the
 * connection again. Node does so only for bodies that nobody began to read, and SvelteKit begins with every one
 * (@sveltejs/kit 2.70, exports/node). What never ends is cut after a minute (arrival.ts).
 */
export function drop(request: IncomingMessage, response: ServerResponse): void {
	response.once('finish', () => {
		if (request.complete || request.destroyed) return;
		request.removeAllListeners('data');
		request.removeAllListeners('readable');
		request.resume();
	});
}
