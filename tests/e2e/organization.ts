import { expect } from '@playwright/test';
import type { Account, Server } from '../support/server/server.ts';

/** A line as a program sends it. */
export interface Line {
	message: string;
	level?: string;
	service?: string;
	[attribute: string]: unknown;
}

/** An organization on a server, and what its programs send. */
export class Organization {
	readonly slug: string;
	readonly email: string;
	readonly password: string;
	readonly key: string;
	readonly #server: Server;

	constructor(server: Server, { org, user, password, key }: Account) {
		this.#server = server;
		this.slug = org.slug;
		this.email = user.email;
		this.password = password;
		this.key = key;
	}

	/** Sends lines in one request and resolves when they are committed, with the number of the last. */
	async send(...lines: (Line | string)[]): Promise<number> {
		const response = await fetch(`${this.#server.url}/api/logs`, {
			method: 'POST',
			headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/x-ndjson' },
			body: lines
				.map((line) => JSON.stringify(typeof line === 'string' ? { message: line } : line))
				.join('\n')
		});
		const answer = await response.json();
		expect(answer, 'every line is accepted').toMatchObject({ accepted: lines.length, rejected: 0 });
		return answer.last_seq;
	}

	/** Sends `name 1` to `name <count>`, a hundred a request, and resolves with the number of the last. */
	async flood(name: string, count: number): Promise<number> {
		let seq = 0;
		for (let sent = 0; sent < count; sent += 100) {
			const some = Array.from({ length: Math.min(100, count - sent) }, (_, i) => `${name} ${sent + i + 1}`);
			seq = await this.send(...some);
		}
		return seq;
	}
}
