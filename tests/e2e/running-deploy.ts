import { expect } from '@playwright/test';
import type { Deploy } from '../../src/lib/log/deploy.ts';
import type { Server } from '../support/server/server.ts';
import type { Organization } from './organization.ts';

/** What a sender says of its deploy. */
export interface Asked {
	service?: string;
	environment?: string;
	version?: string;
	commit?: { sha?: string; branch?: string; message?: string; author?: string };
}

/** A deploy as its sender sees it. */
export class RunningDeploy {
	readonly id: string;
	readonly #url: string;
	readonly #headers: Record<string, string>;

	private constructor(id: string, url: string, headers: Record<string, string>) {
		this.id = id;
		this.#url = url;
		this.#headers = headers;
	}

	/** Begins a deploy, of `web` unless it says otherwise. */
	static async start(server: Server, org: Organization, asked: Asked = {}): Promise<RunningDeploy> {
		const headers = { authorization: `Bearer ${org.key}` };
		const response = await fetch(`${server.url}/api/deploys`, {
			method: 'POST',
			headers: { ...headers, 'content-type': 'application/json' },
			body: JSON.stringify({ service: 'web', ...asked })
		});
		expect(response.status, 'the deploy is taken').toBe(201);
		const { id } = (await response.json()) as Deploy;
		return new RunningDeploy(id, `${server.url}/api/deploys/${id}`, headers);
	}

	/** Appends what a command has printed and resolves when it is stored. */
	async write(printed: string): Promise<void> {
		const headers = { ...this.#headers, 'content-type': 'application/octet-stream' };
		const response = await fetch(`${this.#url}/log`, { method: 'PATCH', headers, body: printed });
		expect(response.status, 'what was printed is stored').toBe(204);
	}

	/** Appends `name 1` to `name <count>`, each a line. */
	async flood(name: string, count: number): Promise<void> {
		await this.write(Array.from({ length: count }, (_, i) => `${name} ${i + 1}\n`).join(''));
	}

	async finish(status: 'succeeded' | 'failed' | 'cancelled', exitCode = 0): Promise<void> {
		const headers = { ...this.#headers, 'content-type': 'application/json' };
		const body = JSON.stringify({ status, exit_code: exitCode });
		const response = await fetch(`${this.#url}/finish`, { method: 'POST', headers, body });
		expect(response.status, 'the end is taken').toBe(200);
	}
}
