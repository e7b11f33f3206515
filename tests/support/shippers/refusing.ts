import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { problem } from '../../../src/lib/server/http/problem.ts';

/** A proxy before a server that answers the first requests as a server does that has too much to do. */
export interface Refusing {
	readonly url: string;
	/** How many it has refused so far. */
	refused(): number;
	close(): Promise<void>;
}

const overloaded = 'The server is overloaded. Nothing was accepted: send it again.';

/** Refuses the first `count` requests that bring something, with our own answer of 429, and passes everything else on. */
export async function refusing(
	target: string,
	count: number,
	refuse: (detail: string, request: IncomingMessage) => Response | Promise<Response> = (detail) =>
		problem(429, detail)
): Promise<Refusing> {
	let refused = 0;

	async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const answer = await refuse(overloaded, request);
		request.resume();
		response.writeHead(answer.status, [...answer.headers].flat());
		// An answer that breaks off does so here.
		if (answer.body) await pipeline(answer.body, response).catch(() => response.destroy());
		else response.end();
	}

	const server = createServer((request, response) => {
		if (refused < count && request.method === 'POST') {
			refused++;
			return void answer(request, response);
		}
		const { method, headers } = request;
		const passed = ask(target + (request.url ?? ''), { method, headers }, (answer) => {
			response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
			answer.pipe(response);
		});
		passed.on('error', () => response.destroy());
		request.pipe(passed);
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;

	async function close(): Promise<void> {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	}

	return { url: `http://127.0.0.1:${port}`, refused: () => refused, close };
}
