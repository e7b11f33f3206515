/** How long one request may take, in ms: an append is answered after a flush, a tenth of a second. */
const patience = 20_000;

/** Passing states of a server or of a proxy before it (RFC 9110, 15.5 and 15.6): worth another try. */
const passing = new Set([408, 425, 429, 500, 502, 503, 504]);

export interface Server {
	url: URL;
	key: string;
}

export interface Commit {
	sha: string;
	branch?: string;
	message?: string;
	author?: string;
	url?: string;
}

/** What POST /api/deploys takes. */
export interface NewDeploy {
	service: string;
	environment?: string;
	version?: string;
	commit?: Commit;
	url?: string;
}

export interface Finish {
	status: 'succeeded' | 'failed' | 'cancelled';
	exit_code: number;
	size?: number;
}

export type Made = { kind: 'made'; id: string; page: string };
/** Where the log ends on the server; `agreed` says whether the request was carried out. */
export type Offset = { kind: 'offset'; offset: number; agreed: boolean };
export type Finished = { kind: 'finished' };
export type Full = { kind: 'full' };
/** `later` may go better at another try, after `afterMs` at the earliest; `refused` will not. */
export type Failure =
	{ kind: 'later'; afterMs: number; reason: string } | { kind: 'refused'; reason: string };
export type Answer = Made | Offset | Finished | Full | Failure;

type Reply = Pick<Response, 'status' | 'headers'> & { text: string };

/** The deploy endpoints of API.md. A request never throws: what went wrong is an answer. */
export class Api {
	readonly #server: Server;
	readonly #giveUp: AbortSignal;

	/** `giveUp` ends the request that is under way. */
	constructor(server: Server, giveUp: AbortSignal) {
		this.#server = server;
		this.#giveUp = giveUp;
	}

	/** Repeated with the same key it is still one deploy: the first answer may have been lost. */
	async create(deploy: NewDeploy, idempotencyKey: string): Promise<Made | Failure> {
		const headers = { 'content-type': 'application/json', 'idempotency-key': idempotencyKey };
		const reply = await this.#call('POST', '', headers, JSON.stringify(deploy));
		if ('kind' in reply) return reply;
		if (reply.status !== 201) return failure(reply);
		const { id, page } = parse(reply.text);
		if (typeof id !== 'string') return { kind: 'refused', reason: 'it does not answer as Tailrace does' };
		return { kind: 'made', id, page: new URL(typeof page === 'string' ? page : '', this.#server.url).href };
	}

	/** Without an offset the bytes go to the end, wherever that is; without bytes it is a heartbeat. */
	async append(
		id: string,
		offset: number | null,
		bytes: Uint8Array<ArrayBuffer>
	): Promise<Offset | Full | Failure> {
		const headers: Record<string, string> = { 'content-type': 'application/octet-stream' };
		if (offset !== null) headers['upload-offset'] = String(offset);
		const reply = await this.#call('PATCH', `/${id}/log`, headers, bytes);
		if ('kind' in reply) return reply;
		if (reply.status === 413) return { kind: 'full' };
		return offsetOf(reply) ?? failure(reply);
	}

	/** Where the log ends. */
	async size(id: string): Promise<Offset | Failure> {
		const reply = await this.#call('HEAD', `/${id}/log`, {}, null);
		if ('kind' in reply) return reply;
		return offsetOf(reply) ?? failure(reply);
	}

	async finish(id: string, finish: Finish): Promise<Finished | Offset | Failure> {
		const headers = { 'content-type': 'application/json' };
		const reply = await this.#call('POST', `/${id}/finish`, headers, JSON.stringify(finish));
		if ('kind' in reply) return reply;
		if (reply.status === 200) return { kind: 'finished' };
		return offsetOf(reply) ?? failure(reply);
	}

	async #call(
		method: string,
		path: string,
		headers: Record<string, string>,
		body: string | Uint8Array<ArrayBuffer> | null
	): Promise<Reply | Failure> {
		const { url, key } = this.#server;
		const bounds = bound(this.#giveUp);
		try {
			const response = await fetch(new URL(`api/deploys${path}`, url), {
				method,
				headers: { ...headers, authorization: `Bearer ${key}` },
				body,
				redirect: 'manual',
				signal: bounds.signal
			});
			return { status: response.status, headers: response.headers, text: await response.text() };
		} catch (error) {
			return { kind: 'later', afterMs: 0, reason: describe(error as Error) };
		} finally {
			bounds.release();
		}
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

/** A 409 without an offset is about something else: the deploy has finished. */
function offsetOf({ status, headers }: Reply): Offset | null {
	const text = headers.get('upload-offset');
	if (text === null || !/^\d{1,15}$/.test(text)) return null;
	if (status !== 200 && status !== 204 && status !== 409) return null;
	return { kind: 'offset', offset: Number(text), agreed: status !== 409 };
}

function failure(reply: Reply): Failure {
	const { status, headers } = reply;
	const problem = headers.get('content-type')?.startsWith('application/problem+json') ?? false;
	const detail = problem ? parse(reply.text).detail : null;
	const place = headers.get('location'); // of a redirect, which is not followed: it would turn a POST into a GET
	const said = [status, detail ?? place].filter((part) => typeof part !== 'object').join(': ');
	if (status === 401 || status === 403) return { kind: 'refused', reason: `the key was refused (${said})` };
	// A proxy says 404 while the server behind it is away; the server itself says so with a problem document.
	const misplaced = status === 404 && !problem;
	if (!passing.has(status) && !misplaced)
		return { kind: 'refused', reason: `the server refused it (${said})` };
	const seconds = Number(headers.get('retry-after') ?? 0);
	const afterMs = Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 30) * 1000 : 0;
	return { kind: 'later', afterMs, reason: `it answers ${said}` };
}

function parse(text: string): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null ? { ...value } : {};
	} catch {
		return {}; // no JSON: whoever asks for a field does not find it, and says so
	}
}

/** fetch says only "fetch failed"; what happened is its cause. */
function describe(error: Error): string {
	if (error.name === 'AbortError') return 'it does not answer';
	const cause = error.cause as NodeJS.ErrnoException | undefined;
	return cause?.message || cause?.code || error.message;
}
