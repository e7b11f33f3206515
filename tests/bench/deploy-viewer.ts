import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Target } from './targets.ts';

/** One reader of a deploy's stream, who looks at every byte of its log. */
export class DeployViewer {
	readonly #request: ClientRequest;
	readonly #arrived: () => void;
	readonly #hash = createHash('sha256');
	readonly #parser = createParser({ onEvent: (event) => this.#take(event) });
	/** The offset after the last byte seen. */
	end = 0;
	/** Events that did not go on where the one before ended. */
	faults = 0;
	/** Resolves when the stream has begun. */
	readonly opened: Promise<void>;

	/** `arrived` is called whenever there is more of the log. */
	constructor({ url, key }: Target, id: string, arrived: () => void) {
		const headers = { authorization: `Bearer ${key}` };
		this.#arrived = arrived;
		this.#request = get(`${url}/api/deploys/${id}/stream?from=0`, { agent: false, headers });
		this.opened = this.#open();
	}

	/** Whether what was seen is a log with this digest (SHA-256), each byte once. Asked once, at the end. */
	hasSeen(digest: string): boolean {
		return this.faults === 0 && this.#hash.digest('hex') === digest;
	}

	close(): void {
		this.#request.destroy();
	}

	async #open(): Promise<void> {
		const [response] = (await once(this.#request, 'response')) as [IncomingMessage];
		if (response.statusCode !== 200) throw new Error(`a stream was answered ${response.statusCode}`);
		this.#request.on('error', () => {}); // closed by us; if by the server, bytes are missing and the trial fails
		response.on('error', () => {}); // the same
		response.setEncoding('utf8').on('data', (text: string) => this.#parser.feed(text));
	}

	#take({ event, id, data }: EventSourceMessage): void {
		if (event !== 'log') return;
		const { offset, text } = JSON.parse(data) as { offset: number; text: string };
		if (offset !== this.end) this.faults++;
		this.#hash.update(text);
		this.end = Number(id);
		this.#arrived();
	}
}
