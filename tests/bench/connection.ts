import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Answer {
	status: number;
	body: string;
}

/**
 * One keep-alive connection that sends one body at a time. By hand over TCP, because the load shares the machine with what
 * it measures: node:http and fetch cost a multiple of it.
 */
export class Connection {
	readonly #socket: Socket;
	readonly #head: string;
	#received = '';
	#waiting: { resolve(answer: Answer): void; reject(error: Error): void } | null = null;

	private constructor(socket: Socket, head: string) {
		this.#socket = socket;
		this.#head = head;
		socket.setNoDelay(true).setEncoding('latin1');
		socket.on('data', (text) => this.#take(String(text)));
		socket.on('close', () => this.#fail(new Error('the server closed the connection')));
		socket.on('error', (error) => this.#fail(error));
	}

	/** @param request the method and the path of all its requests. */
	static async open(
		url: string,
		key: string,
		contentType: string,
		request = 'POST /api/logs'
	): Promise<Connection> {
		const { hostname, port, host } = new URL(url);
		const socket = connect({ host: hostname, port: Number(port) });
		await once(socket, 'connect');
		const headers = [`Host: ${host}`, `Authorization: Bearer ${key}`, `Content-Type: ${contentType}`];
		return new Connection(socket, `${request} HTTP/1.1\r\n${headers.join('\r\n')}\r\n`);
	}

	/** Resolves when the whole answer is there. `header` is one more, without its line end. */
	send(body: Buffer, header?: string): Promise<Answer> {
		if (this.#waiting) throw new Error('one request at a time');
		this.#socket.cork();
		const more = header === undefined ? '' : `${header}\r\n`;
		this.#socket.write(`${this.#head}${more}Content-Length: ${body.length}\r\n\r\n`);
		this.#socket.write(body);
		this.#socket.uncork();
		return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
	}

	close(): void {
		this.#socket.destroy();
	}

	#take(text: string): void {
		this.#received += text;
		const answer = parse(this.#received);
		if (!answer) return;
		const waiting = this.#waiting;
		this.#received = '';
		this.#waiting = null;
		waiting?.resolve(answer);
	}

	#fail(error: Error): void {
		this.#waiting?.reject(error);
		this.#waiting = null;
	}
}

/** A whole answer, or null while some of it is missing. */
function parse(received: string): Answer | null {
	const end = received.indexOf('\r\n\r\n');
	if (end < 0) return null;
	const head = received.slice(0, end).toLowerCase();
	const body = received.slice(end + 4);
	const status = Number(head.slice(9, 12));
	if (status === 204) return { status, body }; // which has none, and does not say so
	const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
	if (length === undefined ? !body.endsWith('0\r\n\r\n') : body.length < Number(length)) return null;
	return { status, body };
}
