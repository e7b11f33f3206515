import http from 'node:http';
import { Scanner, type Other } from './scanner.ts';

/** Where a viewer looks. */
export interface View {
	mark: string;
	key: string;
	/** Of the stream: `tail=100`, or nothing for new lines alone. */
	query: string;
	/** Called at each connection. */
	next(): string;
	fault(what: string): void;
	/** Told of a long wait for a line, and what happened in it. */
	waited(ms: number, what: string): void;
}

const retryMs = 200;
/** The server says something every 15 s; a stream that is silent for longer than a browser waits is given up. */
const silenceMs = 40_000;
/** A longer wait for a line is noted, in ms. */
const longMs = 15_000;

/** Whether a line that no sender sent belongs to this organization. */
export function isOwn({ service, message }: Other, mark: string): boolean {
	return service === `web-${mark}` || message.startsWith(`key ${mark} `);
}

/** A browser that follows the lines of an organization, and goes to the next server whenever its stream ends. */
export class Viewer {
	readonly mark: string;
	readonly scanner: Scanner;
	readonly openedAt = performance.now();
	/** When something came last. */
	heardAt = performance.now();
	/** Streams it had after the first. */
	changes = -1;
	/** The longest that it heard no line, in ms. */
	longestMs = 0;
	#linesAt = performance.now();
	/** What happened since the last line. */
	#history: string[] = [];
	readonly #view: View;
	#request: http.ClientRequest | null = null;
	#retry: NodeJS.Timeout | undefined;
	#closed = false;

	constructor(view: View) {
		this.#view = view;
		this.mark = view.mark;
		const fault = (what: string) => view.fault(`a viewer of ${view.mark}: ${what}`);
		const other = (line: Other) => {
			if (!isOwn(line, view.mark)) fault(`a line of another organization: ${JSON.stringify(line)}`);
		};
		const event = (type: string, data: string) => {
			this.#happened(`is told ${type} ${data}`);
			if (type === 'end' && !data.includes('server stopping')) fault(`its stream ended: ${data}`);
		};
		this.scanner = new Scanner(view.mark, null, { fault, other, event });
		this.#connect();
	}

	close(): void {
		this.#closed = true;
		clearTimeout(this.#retry);
		this.#request?.destroy();
	}

	#connect(): void {
		const { last } = this.scanner;
		const resuming = last === null ? {} : { 'last-event-id': String(last) };
		const headers = { authorization: `Bearer ${this.#view.key}`, ...resuming };
		const origin = this.#view.next();
		this.#happened(`asks ${origin} after ${last}`);
		const url = `${origin}/api/logs/stream?${this.#view.query}`;
		const request = http.get(url, { agent: false, headers, timeout: silenceMs });
		this.#request = request;
		request.on('timeout', () => {
			this.#happened('gives up');
			request.destroy();
		});
		request.on('error', () => {}); // `close` follows
		request.on('close', () => this.#lost());
		request.on('response', (response) => this.#opened(response));
	}

	#opened(response: http.IncomingMessage): void {
		const { statusCode = 0 } = response;
		this.#happened(`is answered ${statusCode}`);
		response.on('error', () => {}); // a cut: `close` follows
		if (statusCode !== 200) {
			if (statusCode < 500 && statusCode !== 429)
				this.#view.fault(`a viewer of ${this.mark} was answered ${statusCode}`);
			return void response.resume();
		}
		this.changes++;
		response.on('data', (chunk: Buffer) => this.#take(chunk));
	}

	#take(chunk: Buffer): void {
		if (this.#closed) return;
		this.heardAt = performance.now();
		const { lines } = this.scanner;
		this.scanner.take(chunk);
		if (this.scanner.lines === lines) return;
		const waited = this.heardAt - this.#linesAt;
		this.longestMs = Math.max(this.longestMs, waited);
		if (waited > longMs) this.#view.waited(waited, `a viewer of ${this.mark}: ${this.#history.join(', ')}`);
		this.#linesAt = this.heardAt;
		this.#history = [];
	}

	#happened(what: string): void {
		const after = Math.round(performance.now() - this.#linesAt);
		this.#history.push(`${after} ms ${what}`);
	}

	#lost(): void {
		this.#happened('is cut off');
		this.scanner.cut();
		if (!this.#closed) this.#retry = setTimeout(() => this.#connect(), retryMs * (0.5 + Math.random()));
	}
}
