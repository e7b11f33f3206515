import { setTimeout as sleep } from 'node:timers/promises';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * What may happen to a request: the connection ends before anything, within the body, or after the work but before the answer;
 * a proxy gives up before the work is done; the server or the proxy says that it is unavailable; an append is refused with the
 * true offset; it takes long.
 */
export type Fault =
	| 'cut'
	| 'cut body'
	| 'lose answer'
	| 'work later'
	| 'unavailable'
	| 'gateway'
	| 'conflict'
	| 'late'
	| 'none';

export interface StoredDeploy {
	id: string;
	asked: Record<string, unknown>;
	log: Buffer;
	status: string;
	exitCode: number | null;
	/** As given by the sender at the end. */
	size: number | null;
	/** Empty appends. */
	heartbeats: number;
}

export const key = 'tr_test_key';

/** One that runs until the test ends. */
export async function start(): Promise<DeployContract> {
	const contract = new DeployContract();
	await contract.start();
	onTestFinished(() => contract.kill());
	return contract;
}

/** The deploy endpoints of API.md over real HTTP, with the log in memory. It can be killed and comes back on the same port. */
export class DeployContract {
	readonly deploys: StoredDeploy[] = [];
	readonly requests: string[] = [];
	readonly faults: Fault[] = [];
	/** Bytes of a log. */
	limit = Infinity;
	#made = new Map<string, StoredDeploy>();
	#server: Server | null = null;
	#port = 0;
	#watchers = new Set<() => void>();
	#held: (() => void) | null = null;

	get url(): string {
		return `http://127.0.0.1:${this.#port}`;
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

	/** From now on nothing is answered; resolves when a request is waiting. */
	hold(): Promise<void> {
		return new Promise((resolve) => (this.#held = resolve));
	}

	async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { method = '', url = '' } = request;
		this.requests.push(`${method} ${url}`);
		if (this.#held) return this.#held();
		const fault = this.faults.shift() ?? 'none';
		if (fault === 'cut') return void request.destroy();
		if (fault === 'cut body') return void request.once('readable', () => request.destroy());
		const server = this.#server;
		const body = await read(request);
		if (fault === 'work later') response.destroy();
		if (body && (fault === 'late' || fault === 'work later')) await sleep(8);
		if (!body || server !== this.#server) return;
		if (fault === 'unavailable') return void response.writeHead(503, { 'retry-after': '0' }).end();
		if (fault === 'gateway') return void response.writeHead(502).end('<h1>Bad gateway</h1>');
		if (fault === 'lose answer') response.writeHead = () => response.destroy();
		const conflict = fault === 'conflict' && method === 'PATCH';
		this.#answer(request, conflict ? null : body, response);
		for (const look of this.#watchers) look();
	}

	/** A null body is an append that is refused whatever its offset. */
	#answer(request: IncomingMessage, body: Buffer | null, response: ServerResponse): void {
		const { method, url = '', headers } = request;
		if (headers.authorization !== `Bearer ${key}`) return problem(response, 401, 'This key is not known.');
		if (method === 'POST' && url === '/api/deploys') return this.#create(headers, body, response);
		const deploy = this.deploys.find(({ id }) => url.startsWith(`/api/deploys/${id}/`));
		if (!deploy) return problem(response, 404, 'Deploy not found.');
		if (method === 'POST') return finish(deploy, JSON.parse(String(body)), response);
		if (method === 'HEAD') return answerOffset(response, 200, deploy);
		this.#append(deploy, headers, body, response);
	}

	#create(headers: IncomingMessage['headers'], body: Buffer | null, response: ServerResponse): void {
		const asked = JSON.parse(String(body));
		if (asked.service === 'bad') return problem(response, 400, 'The service is bad.');
		const repeated = String(headers['idempotency-key']);
		const known = this.#made.get(repeated);
		const id = known?.id ?? `d${this.deploys.length + 1}`;
		const deploy = known ?? {
			id,
			asked,
			log: Buffer.alloc(0),
			status: 'running',
			exitCode: null,
			size: null,
			heartbeats: 0
		};
		if (!known) this.deploys.push(deploy);
		this.#made.set(repeated, deploy);
		response.writeHead(201, { location: `/api/deploys/${id}` });
		response.end(JSON.stringify({ id, status: deploy.status, page: `/acme/deploys/${id}` }));
	}

	#append(
		deploy: StoredDeploy,
		headers: IncomingMessage['headers'],
		body: Buffer | null,
		response: ServerResponse
	): void {
		if (deploy.status !== 'running') return problem(response, 409, 'It has finished.');
		const offset = headers['upload-offset'];
		if (body === null || (offset !== undefined && Number(offset) !== deploy.log.length)) {
			return answerOffset(response, 409, deploy);
		}
		if (deploy.log.length + body.length > this.limit) {
			if (!deploy.log.includes('too long'))
				deploy.log = Buffer.concat([deploy.log, Buffer.from('too long\n')]);
			return problem(response, 413, 'The log is too long.');
		}
		if (body.length === 0) deploy.heartbeats++;
		deploy.log = Buffer.concat([deploy.log, body]);
		answerOffset(response, 204, deploy);
	}
}

function finish(
	deploy: StoredDeploy,
	asked: { status: string; exit_code: number; size?: number },
	response: ServerResponse
): void {
	if (deploy.status !== 'running' && deploy.status !== asked.status) {
		return problem(response, 409, 'It has finished otherwise.');
	}
	if (asked.size !== undefined && asked.size !== deploy.log.length)
		return answerOffset(response, 409, deploy);
	deploy.status = asked.status;
	deploy.exitCode = asked.exit_code;
	deploy.size = asked.size ?? null;
	response.writeHead(200).end(JSON.stringify({ id: deploy.id, status: deploy.status }));
}

function answerOffset(response: ServerResponse, status: number, deploy: StoredDeploy): void {
	response.writeHead(status, { 'upload-offset': deploy.log.length }).end();
}

function problem(response: ServerResponse, status: number, detail: string): void {
	response.writeHead(status, { 'content-type': 'application/problem+json' });
	response.end(JSON.stringify({ type: 'about:blank', status, detail }));
}

/** Null if the sender or we cut the connection. */
async function read(request: IncomingMessage): Promise<Buffer | null> {
	const chunks: Buffer[] = [];
	try {
		for await (const chunk of request) chunks.push(chunk);
	} catch {
		return null; // cut: nothing was received
	}
	return Buffer.concat(chunks);
}
