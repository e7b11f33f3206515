import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SseEvent } from '../../../src/lib/log/sse.ts';
import * as stream from '../../../src/lib/live/stream.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A stream as a browser opens it, and a server that reacts as told. */
export class StreamScene {
	/** The server's reaction to its first, second, … request; the last one answers all that follow. */
	handlers: Handler[] = [];
	readonly requests: IncomingMessage[] = [];
	readonly #server = createServer((request, response) => this.#handle(request, response));
	#opened: stream.Stream | null = null;

	static async begin(): Promise<StreamScene> {
		const scene = new StreamScene();
		await new Promise<void>((resolve) => scene.#server.listen(0, '127.0.0.1', resolve));
		return scene;
	}

	async end(): Promise<void> {
		this.#opened?.close();
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	/** Opens a stream; `until` resolves when a status or an event satisfies the condition. */
	open(options: Partial<stream.Options> = {}) {
		const statuses: stream.Status[] = [];
		const events: SseEvent[] = [];
		const waiting: { done: () => boolean; resolve: () => void }[] = [];
		const look = () => waiting.filter(({ done }) => done()).forEach(({ resolve }) => resolve());
		const opened = stream.open({
			url: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`,
			cursor: '41',
			retryMs: 5,
			onEvents: (batch) => {
				events.push(...batch);
				look();
			},
			onStatus: (status) => {
				statuses.push(status);
				look();
			},
			...options
		});
		this.#opened = opened;
		const until = (done: () => boolean) =>
			new Promise<void>((resolve) => {
				waiting.push({ done, resolve });
				look();
			});
		const reached = (state: stream.Status['state']) => until(() => statuses.at(-1)?.state === state);
		return { stream: opened, statuses, events, until, reached };
	}

	#handle(request: IncomingMessage, response: ServerResponse): void {
		const handler = this.handlers[Math.min(this.requests.length, this.handlers.length - 1)];
		this.requests.push(request);
		handler?.(request, response);
	}
}

export const send =
	(text: string): Handler =>
	(_, response) => {
		response.writeHead(200, { 'Content-Type': 'text/event-stream' });
		response.write(text);
	};

export const sendAndCut =
	(text: string): Handler =>
	(_, response) => {
		response.writeHead(200, { 'Content-Type': 'text/event-stream' });
		response.write(text, () => response.destroy());
	};

/** Sends the text; the promise resolves when the client has closed the connection. */
export function sendUntilCut(text: string): [Handler, Promise<void>] {
	let cut = () => {};
	const closed = new Promise<void>((resolve) => (cut = resolve));
	const handler: Handler = (request, response) => {
		response.on('close', cut);
		send(text)(request, response);
	};
	return [handler, closed];
}

export const refuse =
	(status: number, detail: string, headers: Record<string, string> = {}): Handler =>
	(_, response) => {
		response.writeHead(status, { 'Content-Type': 'application/problem+json', ...headers });
		response.end(JSON.stringify({ title: 'Refused', status, detail }));
	};
