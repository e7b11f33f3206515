import { setResponse } from '@sveltejs/kit/node';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { headersOf } from '$server/http/headers';
import { secure } from '$server/http/security-headers';
import * as protocols from '$server/ingest/protocols/routes';
import { ofIngest } from '$server/self-logs';
import type { Tailrace } from '../../tailrace';
import { fromOf } from '../from';
import type { Asking } from './asking';
import { receive, receiveOwn } from './receive';

/** Answers a request if it is its own; false if it is not. */
export type Direct = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * Answers those who send lines with a key, without SvelteKit: they need nothing of it, and its `Request`, with a stream and a
 * signal, costs more than storing a line (docs/decisions/0123).
 */
export function direct(app: Tailrace): Direct {
	return (request, response) => {
		const url = URL.parse(`http://${request.headers.host}${request.url}`);
		const take = url && takerOf(request, url.pathname);
		if (!take) return false;
		void answer(app, response, async () => take(askingOf(app, request, url)));
		return true;
	};
}

/** Whatever fails ends this request's connection, and no other. */
async function answer(
	{ log }: Tailrace,
	response: ServerResponse,
	take: () => Promise<Response>
): Promise<void> {
	try {
		await setResponse(response, secure(await take()));
	} catch (error) {
		log.error({ err: error, ...ofIngest }, 'lines could not be answered');
		response.destroy();
	}
}

/** A browser that is signed in goes by its session, which SvelteKit's hooks look up. */
function takerOf({ method = '', headers }: IncomingMessage, path: string) {
	if (path === '/api/logs') return method === 'POST' && !headers.cookie ? receiveOwn : null;
	const found = protocols.find(method, path);
	return found && ((asking: Asking) => receive(asking, found));
}

function askingOf(app: Tailrace, request: IncomingMessage, url: URL): Asking {
	const headers = headersOf(request.headers);
	return {
		request: {
			method: request.method ?? '',
			headers,
			body: request,
			signal: {
				get aborted() {
					return request.destroyed && !request.readableEnded;
				}
			}
		},
		url,
		locals: {
			app,
			from: fromOf(app, request.socket.remoteAddress ?? '', headers),
			user: null,
			sessionId: null
		}
	};
}
