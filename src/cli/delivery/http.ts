import type * as http from 'node:http';
import { createRequire } from 'node:module';
import * as failure from './failure.ts';
import type { Server } from './server.ts';

/** How long one request may take, in ms: an append is answered after a flush, a tenth of a second. */
const patience = 20_000;

/** Not `import`, which evaluates every export: those of undici cost 15 MB of memory, as fetch does with 50. */
const load = createRequire(import.meta.url);

type Body = string | Uint8Array<ArrayBuffer> | null;

/** Requests to one server, with its key. None throws: failures are returned. */
export class Http {
	readonly server: Server;
	readonly #giveUp: AbortSignal;
	readonly #protocol: Pick<typeof http, 'request'>;
	readonly #agent: http.Agent;
	/** Whether Tailrace has ever answered at this address. */
	#known = false;

	/** `giveUp` ends the request that is under way. */
	constructor(server: Server, giveUp: AbortSignal) {
		this.server = server;
		this.#giveUp = giveUp;
		const { request, Agent } = load(
			server.url.protocol === 'https:' ? 'node:https' : 'node:http'
		) as typeof http;
		this.#protocol = { request };
		this.#agent = new Agent({ keepAlive: true });
	}

	/** The path is relative to the server's address. Redirects are not followed. */
	async call(
		method: string,
		path: string,
		sent: Record<string, string>,
		body: Body
	): Promise<failure.Reply | failure.Failure> {
		const bounds = bound(this.#giveUp);
		try {
			const response = await this.#request(method, path, sent, body, bounds.signal);
			const { statusCode: status = 0, headers: given } = response;
			const headers = { get: (name: string) => given[name]?.toString() ?? null };
			const reply = { status, headers, text: await textOf(response) };
			this.#known ||= status >= 200 && status < 300;
			return reply;
		} catch (error) {
			return failure.ofError(
				bounds.signal.aborted ? aborted : new Error('the request failed', { cause: error })
			);
		} finally {
			bounds.release();
		}
	}

	/** What an unsuccessful reply means. */
	failed(reply: failure.Reply): failure.Failure {
		return failure.ofReply(reply, this.#known);
	}

	#request(
		method: string,
		path: string,
		headers: Record<string, string>,
		body: Body,
		signal: AbortSignal
	): Promise<http.IncomingMessage> {
		const { url, key } = this.server;
		const all = {
			...headers,
			authorization: `Bearer ${key}`,
			'content-length': Buffer.byteLength(body ?? '')
		};
		return new Promise((resolve, reject) => {
			const options = { method, headers: all, agent: this.#agent, signal };
			const request = this.#protocol.request(new URL(path, url), options, resolve);
			request.once('error', reject);
			request.end(body ?? undefined);
		});
	}
}

async function textOf(response: http.IncomingMessage): Promise<string> {
	let text = '';
	for await (const part of response.setEncoding('utf8')) text += part;
	return text;
}

const aborted = Object.assign(new Error('aborted'), { name: 'AbortError' });

/** Not AbortSignal.any with a timeout, which may be collected before it fires (nodejs/node issue 57736). */
function bound(giveUp: AbortSignal): { signal: AbortSignal; release(): void } {
	const controller = new AbortController();
	const abort = () => controller.abort();
	const timer = setTimeout(abort, patience);
	giveUp.addEventListener('abort', abort);
	if (giveUp.aborted) abort();
	return {
		signal: controller.signal,
		release() {
			clearTimeout(timer);
			giveUp.removeEventListener('abort', abort);
		}
	};
}
