import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

interface Raw {
	method?: string;
	path: string;
	/** Sent unchanged, even `Host`, which `fetch` sets itself. */
	headers?: Record<string, string>;
	body?: string;
}

/** Sends a request whose headers are all the caller's, and reads the answer. */
export async function rawRequest(origin: string, { method = 'GET', path, headers = {}, body }: Raw) {
	const sent = request(origin + path, { method, headers, agent: false });
	const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
	sent.end(body);
	const [answer] = await answered;
	return { status: answer.statusCode ?? 0, headers: answer.headers, text: await text(answer) };
}
