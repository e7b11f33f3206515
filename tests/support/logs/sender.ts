import { setTimeout as sleep } from 'node:timers/promises';
import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import https from 'node:https';

export interface SenderOptions {
	/** Called at each request. */
	origin(): string;
	headers: Record<string, string>;
	/** The certificate to trust: the origins are with https then. */
	ca?: string;
	/** The prefix of its lines, so that they differ from other senders'. */
	name: string;
	perSecond: number;
	/** What happens to an unacknowledged line: it is given up, or resent with its Idempotency-Key until acknowledged. */
	again: 'never' | 'same key';
}

/** How long to wait before resending a line, in ms. */
const retryAfter = 100;
/** How long a test waits for an expected event, in ms. */
const patience = 30_000;

/** Sends lines, one per request, at a steady rate whatever happens to them, and keeps what the server has promised. */
export class Sender {
	/** The text of each acknowledged line by its number. */
	readonly acknowledged = new Map<number, string>();
	/** How often each status occurred; 0 means a broken connection. */
	readonly statuses = new Map<number, number>();
	/** What broke the last connection. */
	#fault: unknown;
	/** How many different lines were sent. */
	sent = 0;
	readonly #options: SenderOptions;
	readonly #agent: http.Agent;
	readonly #changes = new EventEmitter().setMaxListeners(0);
	readonly #started = performance.now();
	readonly #ticking: NodeJS.Timeout;
	#open = 0;

	constructor(options: SenderOptions) {
		this.#options = options;
		const settings = { keepAlive: true, maxSockets: 64 };
		this.#agent = options.ca ? new https.Agent({ ...settings, ca: options.ca }) : new http.Agent(settings);
		this.#ticking = setInterval(() => this.#tick(), 5);
	}

	/** Resolves when this many lines sent after this call are acknowledged, with the highest of their numbers. */
	async acknowledges(count: number): Promise<number> {
		const first = this.sent;
		let found = 0;
		let highest = 0;
		const look = (index: number, seq: number) => {
			if (index < first) return;
			found++;
			highest = Math.max(highest, seq);
		};
		this.#changes.on('acknowledged', look);
		await this.#until(() => found >= count, `${count} lines acknowledged`);
		this.#changes.off('acknowledged', look);
		return highest;
	}

	/** Sends no further line and resolves when the last has been answered, one way or the other. */
	async stop(): Promise<void> {
		clearInterval(this.#ticking);
		await this.#until(() => this.#open === 0, 'all lines answered');
		this.#agent.destroy();
	}

	async #until(condition: () => boolean, wanted: string): Promise<void> {
		const signal = AbortSignal.timeout(patience);
		while (!condition()) {
			await once(this.#changes, 'change', { signal }).catch((cause: unknown) => {
				const seen = JSON.stringify({ sent: this.sent, open: this.#open, statuses: [...this.statuses] });
				throw new Error(`a sender waited in vain: ${wanted} ${seen} ${String(this.#fault)}`, { cause });
			});
		}
	}

	#tick(): void {
		const due = ((performance.now() - this.#started) / 1000) * this.#options.perSecond;
		while (this.sent < due) void this.#deliver(this.sent++);
	}

	async #deliver(index: number): Promise<void> {
		this.#open++;
		while (!(await this.#post(index)) && this.#options.again === 'same key') {
			await sleep(retryAfter);
		}
		this.#open--;
		this.#changes.emit('change');
	}

	/** Whether the line was acknowledged. */
	async #post(index: number): Promise<boolean> {
		const message = `${this.#options.name} ${index}`;
		const { status, body } = await this.#request(message).catch((fault: unknown) => {
			this.#fault = fault;
			return { status: 0, body: '' };
		});
		this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
		if (status !== 200) return false;
		const { first_seq, last_seq } = JSON.parse(body) as { first_seq: number; last_seq: number };
		const known = this.acknowledged.get(first_seq);
		if (first_seq !== last_seq || known !== undefined)
			throw new Error(`line ${first_seq} was promised to "${known}" and, as ${body}, to "${message}"`);
		this.acknowledged.set(first_seq, message);
		this.#changes.emit('acknowledged', index, first_seq);
		return true;
	}

	#request(message: string): Promise<{ status: number; body: string }> {
		const { origin, headers, again } = this.#options;
		const key = again === 'same key' ? { 'idempotency-key': message } : {};
		const { request: open } = this.#options.ca ? https : http;
		const request = open(`${origin()}/api/logs`, {
			agent: this.#agent,
			method: 'POST',
			headers: { ...headers, ...key, 'content-type': 'application/json' }
		});
		request.end(JSON.stringify({ message }));
		return answer(request);
	}
}

async function answer(request: http.ClientRequest): Promise<{ status: number; body: string }> {
	const [response] = (await once(request, 'response')) as [http.IncomingMessage];
	let body = '';
	for await (const part of response.setEncoding('utf8')) body += part;
	return { status: response.statusCode ?? 0, body };
}
