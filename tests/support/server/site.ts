import { randomBytes } from 'node:crypto';
import { operator } from '../../../src/lib/server/audit/audit.ts';
import * as keys from '../../../src/lib/server/access/keys.ts';
import * as users from '../../../src/lib/server/people/users.ts';
import type { Scope } from '../../../src/lib/server/postgres/words.ts';
import type { Entry } from '../../../src/lib/log/entry.ts';
import { testDatabase, type TestDatabase } from './database.ts';
import { createOrganization, openAccounts } from '../people/people.ts';
import { startServer, type Server } from './server.ts';

/** The answer of POST /api/logs. */
export interface Receipt {
	accepted: number;
	rejected: number;
	first_seq: number;
	last_seq: number;
	errors?: { index: number; reason: string }[];
}

/** A server with its own database, on which any number of tenants can be tested without affecting each other. */
export interface Site {
	readonly server: Server;
	readonly database: TestDatabase;
	/** A new organization with an owner and a key. */
	tenant(): Promise<Tenant>;
	stop(): Promise<void>;
}

/** Starts the built server; `databaseUrl` may reach the new database by another route. */
export async function startSite(
	env: Record<string, string> = {},
	databaseUrl = (straight: string) => Promise.resolve(straight)
): Promise<Site> {
	const database = await testDatabase();
	const server = await startServer({ env: { ...env, DATABASE_URL: await databaseUrl(database.url) } });

	async function stop(): Promise<void> {
		await server.stop();
		await database.drop();
	}

	return { server, database, tenant: () => makeTenant(server.url, database), stop };
}

async function makeTenant(origin: string, { sql }: TestDatabase): Promise<Tenant> {
	const name = `org-${randomBytes(6).toString('hex')}`;
	const user = await users.create(sql, { email: `owner@${name}.example`, name, passwordHash: 'none' });
	if (!user) throw new Error(`there is a user of ${name} already`);
	const people = openAccounts(sql);
	const org = await createOrganization(sql, user.id, name);
	const makeKey = async (scopes: Scope[]) =>
		(await keys.create(sql, org.id, operator, { name: 'test', scopes })).key;
	const makeSession = async () => (await people.sessions.create(user.id, operator)).token;
	const key = await makeKey(['write', 'read']);
	return new Tenant(origin, { org, userId: user.id, key, makeKey, makeSession });
}

interface Made {
	org: { id: string; slug: string };
	userId: string;
	/** With both scopes. */
	key: string;
	/** Another key of the organization. */
	makeKey(scopes: Scope[]): Promise<string>;
	/** Signs the owner in; returns the value of the session cookie. */
	makeSession(): Promise<string>;
}

/** An organization, and requests with its key or with other headers that say who asks. */
export class Tenant {
	readonly origin: string;
	readonly made: Made;
	readonly #headers: Record<string, string>;

	constructor(origin: string, made: Made, headers?: Record<string, string>) {
		this.origin = origin;
		this.made = made;
		this.#headers = headers ?? { authorization: `Bearer ${made.key}` };
	}

	/** Those that say who asks. */
	get headers(): Readonly<Record<string, string>> {
		return this.#headers;
	}

	get org(): Made['org'] {
		return this.made.org;
	}

	/** The same with another key. */
	async withKey(scopes: Scope[]): Promise<Tenant> {
		return this.with({ authorization: `Bearer ${await this.made.makeKey(scopes)}` });
	}

	/** The same, from a browser where the owner is signed in. */
	async signedIn(): Promise<Tenant> {
		return this.with({ cookie: `tailrace_session=${await this.made.makeSession()}`, origin: this.origin });
	}

	with(headers: Record<string, string>): Tenant {
		return new Tenant(this.origin, this.made, headers);
	}

	fetch(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
		return fetch(this.origin + path, { ...init, headers: { ...this.#headers, ...init.headers } });
	}

	/** POST /api/logs; bytes go without a content type, unless the headers give one. */
	post(
		body: string | Uint8Array<ArrayBuffer>,
		headers: Record<string, string> = {},
		path = '/api/logs'
	): Promise<Response> {
		return this.fetch(path, {
			method: 'POST',
			body: typeof body === 'string' ? Buffer.from(body) : body,
			headers
		});
	}

	/** Sends entries in JSON, which must all be accepted. */
	async send(...entries: unknown[]): Promise<Receipt> {
		const response = await this.post(JSON.stringify(entries), { 'content-type': 'application/json' });
		if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
		return (await response.json()) as Receipt;
	}

	/** The first 1,000 lines, in order. */
	async lines(): Promise<Entry[]> {
		const response = await this.fetch('/api/logs?after=0&limit=1000');
		return ((await response.json()) as { logs: Entry[] }).logs;
	}

	async messages(): Promise<string[]> {
		return (await this.lines()).map(({ message }) => message);
	}

	/** GET /api/logs/stream, which must open. */
	async stream(query = '', headers: Record<string, string> = {}): Promise<Stream> {
		const response = await this.fetch(`/api/logs/stream?${query}`, { headers });
		if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
		return new Stream(response);
	}
}

/** How long a test waits for an expected event, in ms. */
const patience = 10_000;

/** A stream as it arrives, read only as far as asked. */
export class Stream {
	readonly response: Response;
	text = '';
	readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
	readonly #decoder = new TextDecoder();

	constructor(response: Response) {
		if (!response.body) throw new Error('a stream without a body');
		this.response = response;
		this.#reader = response.body.getReader();
	}

	/** Reads until the text read so far satisfies the condition, and returns it. */
	async until(condition: (text: string) => boolean): Promise<string> {
		while (!condition(this.text)) {
			if (!(await this.#read())) throw new Error(`the stream ended: ${this.text.slice(-500)}`);
		}
		return this.text;
	}

	/** Reads on until the text ends like this. */
	untilEnd(end: string): Promise<string> {
		return this.until((text) => text.endsWith(end));
	}

	/** Reads until the server ends the stream. */
	async rest(): Promise<string> {
		while (await this.#read());
		return this.text;
	}

	/** The data of the events read so far that have no name, and the ids they came with. */
	events(): { id: number; entry: Entry }[] {
		return [...this.text.matchAll(/(?<=^|\n)id: (\d+)\ndata: ([^\n]*)(?=\n)/g)].map(([, id, data]) => ({
			id: Number(id),
			entry: JSON.parse(data ?? '') as Entry
		}));
	}

	async close(): Promise<void> {
		await this.#reader.cancel();
	}

	async #read(): Promise<boolean> {
		const late = setTimeout(() => void this.#reader.cancel('late'), patience);
		const { value, done } = await this.#reader.read();
		clearTimeout(late);
		if (value) this.text += this.#decoder.decode(value, { stream: true });
		return !done;
	}
}
