import type { Server, ServerResponse } from 'node:http';

/**
 * Watches a server's answers from the start. The returned function makes every answer from then on the last of its connection
 * (RFC 9112, 9.6), so that a balancer keeps none on which it would send a request just as the server closes it.
 */
export function leaver(server: Server): () => void {
	const unanswered = new Set<ServerResponse>();
	let isLeaving = false;
	server.prependListener('request', (_request, response: ServerResponse) => {
		response.shouldKeepAlive &&= !isLeaving;
		unanswered.add(response);
		response.once('close', () => unanswered.delete(response));
	});

	return function leave() {
		isLeaving = true;
		for (const response of unanswered) if (!response.headersSent) response.shouldKeepAlive = false;
	};
}
