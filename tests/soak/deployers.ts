import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deploy } from '../../src/lib/log/deploy.ts';
import { Viewer } from '../support/logs/viewer.ts';
import { bearer, insist, jsonOf, shown, type Answer, type Call, type Next } from './calls.ts';
import { Rounds } from './rounds.ts';
import type { Tenant } from './tenants.ts';

const appendMs = 500;
/** Appends of a deploy: 10 to 60 s. */
const leastAppends = 20;
const mostAppends = 120;
const outcomes = ['succeeded', 'failed', 'cancelled'] as const;
/** How long the follower of a finished deploy may take to its end, in ms. */
const patience = 60_000;

export interface Ended {
	tenant: Tenant;
	id: string;
	status: (typeof outcomes)[number];
}

/** Runs one deploy after another, each in another organization, sent to one server after another and followed on others. */
export class Deployer extends Rounds {
	readonly ended: Ended[] = [];
	bytes = 0;
	/** Appends that were told where the log really ends. */
	corrected = 0;
	readonly faults: string[] = [];
	readonly #tenants: readonly Tenant[];
	readonly #next: Next;

	constructor(tenants: readonly Tenant[], next: Next) {
		super();
		this.#tenants = tenants;
		this.#next = next;
	}

	protected async round(): Promise<void> {
		await sleep(Math.random() * 2_000);
		const tenant = this.#tenants[Math.floor(Math.random() * this.#tenants.length)] as Tenant;
		await this.#deploy(tenant).catch((error: unknown) => this.#fault(tenant, String(error)));
	}

	async #deploy(tenant: Tenant): Promise<void> {
		const asked = { service: `web-${tenant.mark}`, environment: 'production' };
		const once = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
		const given = { method: 'POST', body: JSON.stringify(asked), headers: once };
		const made = await this.#ask(tenant, '', given, 201);
		const { id } = jsonOf<Deploy>(made);
		const follower = this.#follow(tenant, id);
		try {
			const log = await this.#send(tenant, id);
			const status = outcomes[Math.floor(Math.random() * outcomes.length)] ?? 'succeeded';
			await this.#finish(tenant, id, status, log.length);
			this.ended.push({ tenant, id, status });
			this.bytes += log.length;
			await this.#compare(tenant, id, status, log);
			await follower.viewer.until(hasEnded, patience);
			if (follower.text() !== String(log))
				this.#fault(tenant, `the follower of ${id} saw another log than was sent`);
		} finally {
			follower.viewer.close();
		}
	}

	/** Appends lines until it is enough; gives the whole log. */
	async #send(tenant: Tenant, id: string): Promise<Buffer> {
		const appends = leastAppends + Math.floor(Math.random() * (mostAppends - leastAppends));
		let log = Buffer.alloc(0);
		let end = 0;
		for (let index = 0; index < appends && !(this.stopped && index > 0); index++) {
			log = Buffer.concat([log, Buffer.from(linesAt(id, index))]);
			while (end < log.length) end = await this.#append(tenant, id, log, end);
			await sleep(appendMs * (0.5 + Math.random()));
		}
		return log;
	}

	/** Where the log ends then, by the server. */
	async #append(tenant: Tenant, id: string, log: Buffer, end: number): Promise<number> {
		const headers = { 'content-type': 'application/octet-stream', 'upload-offset': String(end) };
		const given = { method: 'PATCH', headers, body: Buffer.from(log.subarray(end)) };
		const answer = await this.#ask(tenant, `/${id}/log`, given, 204, 409);
		if (answer.status === 409) this.corrected++;
		const at = Number(answer.headers.get('upload-offset') ?? NaN);
		if (Number.isNaN(at)) throw new Error(`an append to ${id} was answered ${shown(answer)}`);
		if (at < end) throw new Error(`deploy ${id} ends at ${at}, though ${end} bytes were acknowledged`);
		return at;
	}

	async #finish(tenant: Tenant, id: string, status: string, size: number): Promise<void> {
		const headers = { 'content-type': 'application/json' };
		const body = JSON.stringify({ status, size, exit_code: status === 'failed' ? 1 : 0 });
		await this.#ask(tenant, `/${id}/finish`, { method: 'POST', headers, body }, 200);
	}

	async #compare(tenant: Tenant, id: string, status: string, log: Buffer): Promise<void> {
		const stored = await this.#ask(tenant, `/${id}/log`, {}, 200);
		if (!stored.body.equals(log)) this.#fault(tenant, `the log of ${id} is another than was sent`);
		const deploy = jsonOf<Deploy>(await this.#ask(tenant, `/${id}`, {}, 200));
		if (deploy.status !== status) this.#fault(tenant, `deploy ${id} is ${deploy.status}, not ${status}`);
	}

	#follow({ key }: Tenant, id: string): { viewer: Viewer; text(): string } {
		const parts: string[] = [];
		let end = 0;
		const viewer = new Viewer({
			origin: this.#next,
			headers: bearer(key),
			path: `/api/deploys/${id}/stream?from=0`,
			receive(type, data, id) {
				if (type !== 'log') return;
				const { offset, text } = JSON.parse(data) as { offset: number; text: string };
				parts.push(offset === end ? text : `[${offset} instead of ${end}]`);
				end = id;
			}
		});
		return { viewer, text: () => parts.join('') };
	}

	async #ask(tenant: Tenant, path: string, given: Call, ...wanted: number[]): Promise<Answer> {
		const headers = { ...given.headers, ...bearer(tenant.key) };
		const answer = await insist(this.#next, `/api/deploys${path}`, { ...given, headers });
		if (!wanted.includes(answer.status))
			throw new Error(`${given.method ?? 'GET'} ${path} was answered ${shown(answer)}`);
		return answer;
	}

	#fault({ mark }: Tenant, what: string): void {
		this.faults.push(`${new Date().toISOString()} ${mark}: ${what}`);
	}
}

/** Not only because a server stopped. */
const hasEnded = ({ ended }: Viewer) => ended !== null && ended !== 'server stopping';

function linesAt(id: string, index: number): string {
	const line = (part: number) => `${id} step ${index}.${part} ☃ ${'x'.repeat((index * 37 + part) % 120)}\n`;
	return Array.from({ length: 1 + (index % 12) }, (_, part) => line(part)).join('');
}
