import { fields, type Failure, type Reply } from '../delivery/failure.ts';
import type { Http } from '../delivery/http.ts';

export interface Commit {
	sha: string;
	branch?: string;
	message?: string;
	author?: string;
	url?: string;
}

/** The body of POST /api/deploys. */
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

/** Bytes to append. */
export interface Chunk {
	/** Of the first byte; null: the end of the log, wherever that is. */
	offset: number | null;
	/** None: a heartbeat. */
	bytes: Uint8Array<ArrayBuffer>;
	/** `Upload-Ages`: how long ago they arrived; null: just now. */
	ages: string | null;
}

export type Made = { kind: 'made'; id: string; page: string };
/** Where the log ends on the server; `agreed` says whether the request was carried out. */
export type Offset = { kind: 'offset'; offset: number; agreed: boolean };
export type Finished = { kind: 'finished' };
export type Full = { kind: 'full' };
export type Answer = Made | Offset | Finished | Full | Failure;

/** The deploy endpoints of API.md. Ages are in ms, by our own clock. */
export class Api {
	readonly #http: Http;

	constructor(http: Http) {
		this.#http = http;
	}

	/** Repeated with the same key it is still one deploy: the first answer may have been lost. */
	async create(deploy: NewDeploy, age: number, idempotencyKey: string): Promise<Made | Failure> {
		const headers = { 'content-type': 'application/json', 'idempotency-key': idempotencyKey };
		const body = JSON.stringify({ ...deploy, age_ms: age });
		const reply = await this.#http.call('POST', 'api/deploys', headers, body);
		if ('kind' in reply) return reply;
		if (reply.status !== 201 && reply.status !== 200) return this.#http.failed(reply);
		const { id, page } = fields(reply.text);
		if (typeof id !== 'string') return { kind: 'refused', reason: 'the server is not a Tailrace server' };
		const path = typeof page === 'string' ? page : '';
		return { kind: 'made', id, page: new URL(path, this.#http.server.url).href };
	}

	async append(id: string, { offset, bytes, ages }: Chunk): Promise<Offset | Full | Failure> {
		const headers: Record<string, string> = { 'content-type': 'application/octet-stream' };
		if (offset !== null) headers['upload-offset'] = String(offset);
		if (ages !== null) headers['upload-ages'] = ages;
		const reply = await this.#http.call('PATCH', `api/deploys/${id}/log`, headers, bytes);
		if ('kind' in reply) return reply;
		if (reply.status === 413) return { kind: 'full' };
		return offsetOf(reply) ?? this.#http.failed(reply);
	}

	/** Where the log ends. */
	async size(id: string): Promise<Offset | Failure> {
		const reply = await this.#http.call('HEAD', `api/deploys/${id}/log`, {}, null);
		if ('kind' in reply) return reply;
		return offsetOf(reply) ?? this.#http.failed(reply);
	}

	async finish(id: string, finish: Finish, age: number): Promise<Finished | Offset | Failure> {
		const headers = { 'content-type': 'application/json' };
		const body = JSON.stringify({ ...finish, age_ms: age });
		const reply = await this.#http.call('POST', `api/deploys/${id}/finish`, headers, body);
		if ('kind' in reply) return reply;
		if (reply.status === 200) return { kind: 'finished' };
		return offsetOf(reply) ?? this.#http.failed(reply);
	}
}

/** A 409 without an offset means something else: the deploy has finished. */
function offsetOf({ status, headers }: Reply): Offset | null {
	const text = headers.get('upload-offset');
	if (text === null || !/^\d{1,15}$/.test(text)) return null;
	if (status !== 200 && status !== 204 && status !== 409) return null;
	return { kind: 'offset', offset: Number(text), agreed: status !== 409 };
}
