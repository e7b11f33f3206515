import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import https from 'node:https';

/** A line as received: the id of its event beside its data. */
export interface Seen {
	id: number;
	seq: number;
	message: string;
}

export interface ViewerOptions {
	/** Called at each connection, so that a viewer can switch servers. */
	origin(): string;
	headers: Record<string, string>;
	/** The certificate to trust, for an origin with https. */
	ca?: string;
	/** Of the stream; from the first line on by default. */
	path?: string;
	/** Takes no byte from its sockets until `resume`. */
	paused?: boolean;
	/** Gets each event but `end`, for a stream of things other than lines. */
	receive?(type: string, data: string, id: number): void;
}

/** How long a test waits for an expected event, in ms. */
const patience = 20_000;

/**
 * A stream's reader that behaves like a browser's EventSource: it reconnects with Last-Event-ID whenever the connection ends,
 * after the time given by `retry:`. Unlike EventSource it also reconnects after a 5xx, and not after the stream's `end` unless
 * the server stops.
 */
export class Viewer {
	readonly lines: Seen[] = [];
	/** The status of each answer, in order; 0 for a connection that could not be made. */
	readonly statuses: number[] = [];
	lastEventId = '';
	retryMs = 50;
	/** The reason of the last `end` event. */
	ended: string | null = null;
	/** How long each wait for a new stream was, from the end of the one before, in ms. */
	readonly gapsMs: number[] = [];
	#lostAt: number | null = null;
	readonly #options: ViewerOptions;
	readonly #changes = new EventEmitter().setMaxListeners(0);
	#request: http.ClientRequest | null = null;
	#response: http.IncomingMessage | null = null;
	#retry: NodeJS.Timeout | undefined;
	#paused: boolean;
	#closed = false;
	#text = '';

	constructor(options: ViewerOptions) {
		this.#options = options;
		this.#paused = options.paused ?? false;
		this.#connect();
	}

	/** Whether a stream is open now. */
	get open(): boolean {
		return this.#response !== null;
	}

	/** The seq of the last line received; 0 before the first. */
	get seq(): number {
		return this.lines.at(-1)?.seq ?? 0;
	}

	/** Resolves when the condition holds, checked whenever anything happens on the stream. */
	async until(condition: (viewer: this) => boolean, withinMs = patience): Promise<this> {
		const signal = AbortSignal.timeout(withinMs);
		while (!condition(this)) {
			await once(this.#changes, 'change', { signal }).catch((cause: unknown) => {
				throw new Error(`a viewer waited in vain: ${condition.toString()} ${this.#describe()}`, { cause });
			});
		}
		return this;
	}

	opened(): Promise<this> {
		return this.until(({ open }) => open);
	}

	/** Resolves when the line with this number has arrived. */
	reaches(seq: number, withinMs?: number): Promise<this> {
		return this.until((viewer) => viewer.seq >= seq, withinMs);
	}

	/** Cuts the connection and makes the next one at once. */
	hop(): void {
		this.#disconnect();
		this.#connect();
	}

	/** Reads from now on, beginning with what has waited. */
	resume(): void {
		this.#paused = false;
		if (this.#response) this.#read(this.#response);
	}

	close(): void {
		this.#closed = true;
		this.#disconnect();
	}

	#disconnect(): void {
		clearTimeout(this.#retry);
		this.#request?.destroy();
		this.#request = this.#response = null;
	}

	#connect(): void {
		const { path = '/api/logs/stream?after=0', headers, ca } = this.#options;
		const origin = this.#options.origin();
		const resuming = this.lastEventId === '' ? {} : { 'last-event-id': this.lastEventId };
		const options = { agent: false, headers: { ...headers, ...resuming } } as const;
		const request = origin.startsWith('https:')
			? https.get(origin + path, { ...options, ca })
			: http.get(origin + path, options);
		this.#request = request;
		this.#text = '';
		const gone = () => request === this.#request && this.#lost();
		request.on('response', (response) => this.#opened(request, response));
		request.on('error', () => {
			if (request === this.#request && !this.#response) this.statuses.push(0);
			gone();
		});
		request.on('close', gone);
	}

	#opened(request: http.ClientRequest, response: http.IncomingMessage): void {
		if (request !== this.#request) return void response.destroy();
		const { statusCode = 0 } = response;
		this.statuses.push(statusCode);
		response.on('error', () => {}); // a cut: `close` follows, and says the same
		if (statusCode !== 200) return this.#refused(response, statusCode);
		this.#response = response;
		if (this.#lostAt !== null) this.gapsMs.push(performance.now() - this.#lostAt);
		this.#lostAt = null;
		if (!this.#paused) this.#read(response);
		this.#changes.emit('change');
	}

	#refused(response: http.IncomingMessage, status: number): void {
		if (status < 500) this.#closed = true;
		response.resume();
		this.#changes.emit('change');
	}

	#read(response: http.IncomingMessage): void {
		response.setEncoding('utf8').on('data', (text: string) => {
			if (response !== this.#response) return;
			const blocks = (this.#text + text).split('\n\n');
			this.#text = blocks.pop() ?? '';
			for (const block of blocks) this.#take(block);
			this.#changes.emit('change');
		});
	}

	#take(block: string): void {
		let type = 'message';
		let data: string | null = null;
		for (const line of block.split('\n')) {
			const [, field, value = ''] = /^(\w+): ?(.*)$/s.exec(line) ?? [];
			if (field === 'id') this.lastEventId = value;
			if (field === 'retry') this.retryMs = Number(value);
			if (field === 'event') type = value;
			if (field === 'data') data = value;
		}
		if (data !== null) this.#dispatch(type, data);
	}

	#dispatch(type: string, data: string): void {
		if (type === 'end') return this.#end((JSON.parse(data) as { reason: string }).reason);
		const { receive } = this.#options;
		if (receive) return receive(type, data, Number(this.lastEventId));
		if (type === 'status') return; // reports an outage, not a line
		const { seq, message } = JSON.parse(data) as Seen;
		this.lines.push({ id: Number(this.lastEventId), seq, message });
	}

	#end(reason: string): void {
		this.ended = reason;
		if (reason !== 'server stopping') this.#closed = true;
	}

	#lost(): void {
		this.#lostAt ??= performance.now();
		this.#request = this.#response = null;
		this.#changes.emit('change');
		if (!this.#closed) this.#retry = setTimeout(() => this.#connect(), this.retryMs);
	}

	#describe(): string {
		const { seq, statuses, ended, open, lines } = this;
		return JSON.stringify({ lines: lines.length, seq, open, ended, statuses: statuses.slice(-10) });
	}
}
