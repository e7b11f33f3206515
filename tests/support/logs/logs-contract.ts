import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/**
 * What may happen to a request: the connection ends before its work or before its answer, or the server says that it is
 * unavailable.
 */
export type Fault = 'cut' | 'lose answer' | 'unavailable' | 'gateway' | 'busy' | 'none';

export const key = 'tr_test_key';

/** One that runs until the test ends. */
export async function start(): Promise<LogsContract> {
	const contract = new LogsContract();
	await contract.start();
	onTestFinished(() => contract.kill());
	return contract;
}

/** POST /api/logs of API.md over real HTTP, with the lines in memory. It can be killed and comes back on the same port. */
export class LogsContract {
	readonly entries: Record<string, unknown>[] = [];
	/** How many lines each accepted request had. */
	readonly batches: number[] = [];
	/** The paths, with the query. */
	readonly requests: string[] = [];
	readonly faults: Fault[] = [];
	/** Bytes of a body. */
	limit = Infinity;
	/** A request with this text in it is refused as a whole. */
	poison = '\0';
	#answered = new Set<string>();
	#server: Server | null = null;
	#port = 0;
	#watchers = new Set<() => void>();
	#held: { promise: Promise<void>; release(): void } | null = null;

	get url(): string {
		return `http://127.0.0.1:${this.#port}`;
	}

	get messages(): unknown[] {
		return this.entries.map(({ message }) => message);
	}

	async start(): Promise<void> {
		this.#server = createServer((request, response) => void this.#serve(request, response));
		this.#server.listen(this.#port, '127.0.0.1');
		await once(this.#server, 'listening');
		this.#port = (this.#server.address() as AddressInfo).port;
	}

	/** Like SIGKILL: connections are cut; what was acknowledged stays. */
	async kill(): Promise<void> {
		const server = this.#server;
		this.#server = null;
		if (!server) return;
		server.close();
		server.closeAllConnections();
		await once(server, 'close');
	}

	/** Resolves when the condition holds, checked after every request. */
	until(condition: () => boolean): Promise<void> {
		if (condition()) return Promise.resolve();
		return new Promise((resolve) => {
			const look = () => {
				if (!condition()) return;
				this.#watchers.delete(look);
				resolve();
			};
			this.#watchers.add(look);
		});
	}

	/** From now on requests wait for `release`. */
	hold(): { release(): void } {
		const { promise, resolve } = Promise.withResolvers<void>();
		const release = () => {
			this.#held = null;
			resolve();
		};
		this.#held = { promise, release };
		return { release };
	}

	async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const fault = this.faults.shift() ?? 'none';
		this.requests.push(request.url ?? '');
		for (const look of this.#watchers) look();
		if (fault === 'cut') return void request.destroy();
		const body = await buffer(request).catch(() => null);
		await this.#held?.promise;
		if (!body || !this.#server) return;
		if (fault === 'unavailable') return void response.writeHead(503, { 'retry-after': '0' }).end();
		if (fault === 'gateway') return void response.writeHead(502).end('<h1>Bad gateway</h1>');
		if (fault === 'busy') return problem(response, 429, 'Too much.');
		if (fault === 'lose answer') response.writeHead = () => response.destroy();
		this.#answer(request, String(body), response);
		for (const look of this.#watchers) look();
	}

	#answer({ url = '', headers }: IncomingMessage, body: string, response: ServerResponse): void {
		if (!url.startsWith('/api/logs?')) return void response.writeHead(404).end('Not found');
		if (headers.authorization !== `Bearer ${key}`) return problem(response, 401, 'This key is not known.');
		if (body.length > this.limit) return problem(response, 413, 'Too large.');
		if (body.includes(this.poison)) return problem(response, 400, 'The database refused these lines.');
		const lines = body.split('\n').filter((line) => line !== '');
		if (!this.#answered.has(String(headers['idempotency-key']))) {
			this.#answered.add(String(headers['idempotency-key']));
			this.entries.push(...lines.map((line) => JSON.parse(line) as Record<string, unknown>));
			this.batches.push(lines.length);
		}
		response.writeHead(200, { 'content-type': 'application/json' });
		response.end(JSON.stringify({ accepted: lines.length, rejected: 0 }));
	}
}

function problem(response: ServerResponse, status: number, detail: string): void {
	response.writeHead(status, { 'content-type': 'application/problem+json' });
	response.end(JSON.stringify({ type: 'about:blank', status, detail }));
}
