import { fields, type Failure } from './failure.ts';
import type { Http } from './http.ts';

/** Values for fields missing from lines. */
export interface Defaults {
	service?: string;
	level?: string;
	host?: string;
}

/** The server has answered for each line; `reason` says why the first rejected one was rejected. */
export type Taken = { kind: 'taken'; rejected: number; reason: string };
/** None of it was accepted, because of its size or of one of the lines. */
export type Unwanted = { kind: 'unwanted'; reason: string };
export type Answer = Taken | Unwanted | Failure;

/** POST /api/logs of API.md. */
export class Api {
	readonly #http: Http;
	readonly #path: string;

	constructor(http: Http, defaults: Defaults) {
		this.#http = http;
		this.#path = `api/logs?${new URLSearchParams({ ...defaults })}`;
	}

	/** Repeated with the same key, the lines are still stored once: the first answer may have been lost. */
	async send(lines: Uint8Array<ArrayBuffer>, idempotencyKey: string): Promise<Answer> {
		const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': idempotencyKey };
		const reply = await this.#http.call('POST', this.#path, headers, lines);
		if ('kind' in reply) return reply;
		const { status, text } = reply;
		const { accepted, rejected, errors, detail } = fields(text);
		if (typeof accepted === 'number' && (status === 200 || status === 400)) {
			return { kind: 'taken', rejected: Number(rejected ?? 0), reason: firstOf(errors) };
		}
		if (status === 200) return { kind: 'refused', reason: 'the server is not a Tailrace server' };
		if (status === 400 || status === 413)
			return { kind: 'unwanted', reason: `${status}: ${String(detail ?? '')}` };
		return this.#http.failed(reply);
	}
}

function firstOf(errors: unknown): string {
	const [first] = Array.isArray(errors) ? (errors as { reason?: unknown }[]) : [];
	return String(first?.reason ?? '');
}
