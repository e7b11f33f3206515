import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Config } from '../config.ts';
import { problem } from '../problem.ts';
import { secure } from '../security-headers.ts';

/** The limit of a request's body, in bytes (docs/API.md, Limits). */
const mostBodyBytes = 10 * 1024 * 1024;

/** Says to the adapter what protocol a request came by. No client can set it: what they send is written over. */
const protocolHeader = 'x-tailrace-protocol';

/** What else the adapter would read from the environment. TRUSTED_PROXIES alone says whose headers count (lib/server/client.ts). */
const unwanted = ['ADDRESS_HEADER', 'XFF_DEPTH', 'HOST_HEADER', 'PORT_HEADER'];

/** Loads SvelteKit as it was built, with its hooks, which start all else. `built` is the adapter's handler.js. */
export async function load(config: Config, built: URL): Promise<RequestListener> {
	Object.assign(process.env, environmentOf(config));
	for (const name of unwanted) delete process.env[name];
	if (config.origin === null) delete process.env.ORIGIN;
	const { handler } = (await import(built.href)) as { handler: RequestListener };

	return (request, response) => {
		if (hostsOf(request) > 1) return void refuse(response);
		request.headers[protocolHeader] = 'http';
		// A body without a type is dropped by SvelteKit (@sveltejs/kit 2.70, exports/node); API.md accepts one.
		request.headers['content-type'] ??= 'application/octet-stream';
		return handler(request, response);
	};
}

/** Node keeps the first of several and drops the rest, so a proxy could go by one and we by another. */
function hostsOf({ rawHeaders }: IncomingMessage): number {
	return rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
}

/** RFC 9112, section 3.2. The connection ends, for the proxy before it may take it for somebody else's. */
async function refuse(response: ServerResponse): Promise<void> {
	const answer = secure(problem(400, twoHosts));
	response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), connection: 'close' });
	response.end(await answer.text());
}

const twoHosts = 'The request has several Host headers: send one.';

/** The adapter takes its settings from the environment when it is loaded (@sveltejs/adapter-node 5.5, files/handler.js). */
function environmentOf({ origin }: Config): Record<string, string> {
	return {
		NODE_ENV: process.env.NODE_ENV ?? 'production',
		BODY_SIZE_LIMIT: String(mostBodyBytes),
		PROTOCOL_HEADER: protocolHeader,
		...(origin !== null && { ORIGIN: origin })
	};
}
