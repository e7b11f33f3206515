import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Config } from '../config.ts';
import * as leftover from './leftover.ts';
import { problem } from './problem.ts';
import { secure } from './security-headers.ts';

/** Tells the adapter which protocol a request came by. No client can set it: any value they send is overwritten. */
const protocolHeader = 'x-tailrace-protocol';

/** Further variables that the adapter would read. TRUSTED_PROXIES alone says whose headers count (lib/server/client.ts). */
const unwanted = ['ADDRESS_HEADER', 'XFF_DEPTH', 'HOST_HEADER', 'PORT_HEADER'];

/** Loads the built SvelteKit app with its hooks, which start everything else. `built` is the adapter's handler.js; `direct` answers what
 * needs nothing of SvelteKit, and returns false for everything else. */
export async function load(
	config: Config,
	built: URL,
	direct: (request: IncomingMessage, response: ServerResponse) => boolean
): Promise<RequestListener> {
	Object.assign(process.env, environmentOf(config));
	for (const name of unwanted) delete process.env[name];
	if (config.origin === null) delete process.env.ORIGIN;
	const { handler } = (await import(built.href)) as { handler: RequestListener };

	return (request, response) => {
		if (hostsOf(request) > 1) return void refuse(response);
		request.headers[protocolHeader] = 'http';
		if (!request.headers.accept?.includes('text/html')) request.url = tidy(request.url ?? '/');
		// SvelteKit drops a body without a type (@sveltejs/kit 2.70, exports/node); API.md accepts one.
		request.headers['content-type'] ??= 'application/octet-stream';
		leftover.drop(request, response);
		if (direct(request, response)) return;
		return handler(request, response);
	};
}

/**
 * A URL whose path has no slashes too many. SvelteKit redirects to it, which browsers follow; a shipper would lose what it sends, and
 * their configurations often end up with such a path.
 */
function tidy(url: string): string {
	const query = url.indexOf('?');
	const path = query === -1 ? url : url.slice(0, query);
	if (!path.includes('//') && (path === '/' || !path.endsWith('/'))) return url;
	const parts = path.split('/').filter((part) => part !== '');
	return `/${parts.join('/')}${url.slice(path.length)}`;
}

/** Node keeps the first of several and drops the rest, so a proxy and we could use different ones. */
function hostsOf({ rawHeaders }: IncomingMessage): number {
	return rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
}

/** RFC 9112, section 3.2. The connection ends, since a proxy in front may share it between clients. */
async function refuse(response: ServerResponse): Promise<void> {
	const answer = secure(problem(400, twoHosts));
	response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), connection: 'close' });
	response.end(await answer.text());
}

const twoHosts = 'The request has several Host headers: send one.';

/** The adapter reads its settings from the environment when loaded (@sveltejs/adapter-node 5.5, files/handler.js). */
function environmentOf({ origin }: Config): Record<string, string> {
	return {
		NODE_ENV: process.env.NODE_ENV ?? 'production',
		// Who reads a body limits it (ingest/body.ts, form-size.ts): some are streams without an end.
		BODY_SIZE_LIMIT: 'Infinity',
		PROTOCOL_HEADER: protocolHeader,
		...(origin !== null && { ORIGIN: origin })
	};
}
