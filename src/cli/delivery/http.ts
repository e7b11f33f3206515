import * as failure from './failure.ts';
import type { Server } from './server.ts';

/** How long one request may take, in ms: an append is answered after a flush, a tenth of a second. */
const patience = 20_000;

/** Requests to one server, with its key. None throws: failures are returned. */
export class Http {
	readonly server: Server;
	readonly #giveUp: AbortSignal;
	/** Whether Tailrace has ever answered at this address. */
	#known = false;

	/** `giveUp` ends the request that is under way. */
	constructor(server: Server, giveUp: AbortSignal) {
		this.server = server;
		this.#giveUp = giveUp;
	}

	/** The path is relative to the server's address. */
	async call(
		method: string,
		path: string,
		headers: Record<string, string>,
		body: string | Uint8Array<ArrayBuffer> | null
	): Promise<failure.Reply | failure.Failure> {
		const { url, key } = this.server;
		const bounds = bound(this.#giveUp);
		try {
			const response = await fetch(new URL(path, url), {
				method,
				headers: { ...headers, authorization: `Bearer ${key}` },
				body,
				redirect: 'manual',
				signal: bounds.signal
			});
			const reply = { status: response.status, headers: response.headers, text: await response.text() };
			this.#known ||= response.ok;
			return reply;
		} catch (error) {
			return failure.ofError(error as Error);
		} finally {
			bounds.release();
		}
	}

	/** What an unsuccessful reply means. */
	failed(reply: failure.Reply): failure.Failure {
		return failure.ofReply(reply, this.#known);
	}
}

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
