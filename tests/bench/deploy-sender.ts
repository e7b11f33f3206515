import { Connection } from './connection.ts';
import type { Target } from './targets.ts';

/** One deploy and the connection on which its log is sent. */
export class DeploySender {
	readonly id: string;
	readonly #target: Pick<Target, 'url' | 'key'>;
	readonly #connection: Connection;
	/** Bytes of the log that are acknowledged. */
	size = 0;

	private constructor(target: Pick<Target, 'url' | 'key'>, id: string, connection: Connection) {
		this.#target = target;
		this.id = id;
		this.#connection = connection;
	}

	static async create(target: Pick<Target, 'url' | 'key'>): Promise<DeploySender> {
		const { id } = await post(target, '/api/deploys', { service: 'web' });
		const request = `PATCH /api/deploys/${id}/log`;
		const connection = await Connection.open(target.url, target.key, 'text/plain', request);
		return new DeploySender(target, id, connection);
	}

	/** Resolves when the bytes are on disk. */
	async append(data: Buffer): Promise<void> {
		const { status, body } = await this.#connection.send(data, `Upload-Offset: ${this.size}`);
		if (status !== 204) throw new Error(`an append was answered ${status}: ${body}`);
		this.size += data.length;
	}

	/** The server refuses it if the log has another size. */
	async finish(): Promise<void> {
		await post(this.#target, `/api/deploys/${this.id}/finish`, { status: 'succeeded', size: this.size });
	}

	close(): void {
		this.#connection.close();
	}
}

async function post(
	{ url, key }: Pick<Target, 'url' | 'key'>,
	path: string,
	asked: object
): Promise<{ id: string }> {
	const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
	const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(asked) });
	if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
	return (await response.json()) as { id: string };
}
