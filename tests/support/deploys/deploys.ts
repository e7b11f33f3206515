import { expect } from 'vitest';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Deploy } from '../../../src/lib/log/deploy.ts';
import { Stream, type Tenant } from '../server/site.ts';

/** POST /api/deploys. */
export function post(tenant: Tenant, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	return tenant.post(text, { 'content-type': 'application/json', ...headers }, '/api/deploys');
}

/** Creates a deploy, which must succeed. */
export async function make(tenant: Tenant, asked: Record<string, unknown> = {}): Promise<Sent> {
	const response = await post(tenant, { service: 'web', ...asked });
	if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
	return new Sent(tenant, ((await response.json()) as Deploy).id);
}

/** GET /api/deploys. */
export async function list(tenant: Tenant, query = ''): Promise<{ deploys: Deploy[]; next: string | null }> {
	return (await tenant.fetch(`/api/deploys?${query}`)).json();
}

/** A deploy, and the requests of its sender and readers. */
export class Sent {
	readonly tenant: Tenant;
	readonly id: string;

	constructor(tenant: Tenant, id: string) {
		this.tenant = tenant;
		this.id = id;
	}

	async get(): Promise<Deploy> {
		return (await this.tenant.fetch(`/api/deploys/${this.id}`)).json();
	}

	append(
		data: string | Uint8Array<ArrayBuffer>,
		offset: number | string | null = null,
		headers: Record<string, string> = {}
	): Promise<Response> {
		const at: Record<string, string> = offset === null ? {} : { 'upload-offset': String(offset) };
		return this.tenant.fetch(`/api/deploys/${this.id}/log`, {
			method: 'PATCH',
			body: data,
			headers: { 'content-type': 'application/octet-stream', ...at, ...headers }
		});
	}

	/** Appends one part after another, each in its own flush; all must be stored. */
	async write(...parts: (string | Uint8Array<ArrayBuffer>)[]): Promise<void> {
		for (const part of parts) {
			const response = await this.append(part);
			if (response.status !== 204) throw new Error(`${response.status} ${await response.text()}`);
		}
	}

	finish(body: unknown = { status: 'succeeded' }): Promise<Response> {
		return this.tenant.fetch(`/api/deploys/${this.id}/finish`, {
			method: 'POST',
			body: typeof body === 'string' ? body : JSON.stringify(body),
			headers: { 'content-type': 'application/json' }
		});
	}

	/** GET of the log. */
	log(query = '', headers: Record<string, string> = {}): Promise<Response> {
		return this.tenant.fetch(`/api/deploys/${this.id}/log?${query}`, { headers });
	}

	async bytes(): Promise<Buffer> {
		return Buffer.from(await (await this.log()).arrayBuffer());
	}

	/** The stream of the deploy, which must open. */
	stream(query = '', headers: Record<string, string> = {}): Promise<Stream> {
		return openStream(this.tenant, `/api/deploys/${this.id}/stream?${query}`, headers);
	}
}

/** The stream of the list, which must open. */
export const listStream = (tenant: Tenant, query = ''): Promise<Stream> =>
	openStream(tenant, `/api/deploys/stream?${query}`);

async function openStream(
	tenant: Tenant,
	path: string,
	headers: Record<string, string> = {}
): Promise<Stream> {
	const response = await tenant.fetch(path, { headers });
	if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
	return new Stream(response);
}

export interface LogData {
	offset: number;
	line: number;
	time: string;
	text: string;
}

/** The events in what a stream has sent, as a browser would dispatch them. */
export function eventsOf(text: string) {
	const messages: EventSourceMessage[] = [];
	createParser({ onEvent: (message) => messages.push(message) }).feed(text);
	return messages.map(({ event, id, data }) => ({ type: event, id, data: JSON.parse(data) as unknown }));
}

/** Its log events: their text, and the offset after each. */
export function logOf(text: string): (LogData & { end: number })[] {
	const events = eventsOf(text).filter(({ type }) => type === 'log');
	return events.map(({ id, data }) => ({ ...(data as LogData), end: Number(id) }));
}

/** The text of all its log events. */
export const textOf = (text: string): string =>
	logOf(text)
		.map(({ text }) => text)
		.join('');

/** The deploys in it, as they changed. */
export const deploysOf = (text: string): Deploy[] =>
	eventsOf(text).flatMap(({ type, data }) => (type === 'deploy' ? [data as Deploy] : []));

/** The types of its events, in order. */
export const typesOf = (text: string) => eventsOf(text).map(({ type }) => type);

/** Reads until the log in a stream ends like this, and gives what was read. */
export const untilLog = (stream: Stream, end: string) => stream.until((text) => textOf(text).endsWith(end));

/** Each piece of a log begins where the one before ended. */
export function expectSeamless(text: string, from: number): void {
	const log = logOf(text);
	expect(log.map(({ offset }) => offset)).toEqual([from, ...log.slice(0, -1).map(({ end }) => end)]);
	for (const { offset, end, text } of log) expect(end - offset).toBe(Buffer.byteLength(text));
}
