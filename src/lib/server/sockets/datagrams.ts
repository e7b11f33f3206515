import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { plainOf } from '../client.ts';
import { Reassembly } from '../ingest/gelf/chunks.ts';
import type { Source } from './lanes.ts';
import type { Port } from './port.ts';

/** Bytes that the system keeps while we are busy. It gives no more than net.core.rmem_max. */
const receiveBuffer = 16 * 1024 * 1024;

/** Takes lines over UDP: a datagram is one, or for GELF a part of one. What finds no room is dropped, and counted. */
export class Datagrams {
	readonly #port: Port;
	readonly #socket: Socket;
	/** Addresses with something that waits. */
	readonly #sources = new Map<string, Source>();
	readonly #reassembly: Reassembly | null;

	constructor(port: Port) {
		const { host, protocol } = port.listener;
		this.#port = port;
		this.#reassembly = protocol === 'gelf' ? new Reassembly() : null;
		const type = host.includes(':') ? 'udp6' : 'udp4';
		this.#socket = createSocket({ type, recvBufferSize: receiveBuffer });
		this.#socket.on('message', (datagram, { address }) => this.#take(datagram, plainOf(address)));
	}

	/** Resolves with its port. Rejects if it cannot be had. */
	async open(): Promise<number> {
		const { host, port } = this.#port.listener;
		this.#socket.bind({ address: host, port, exclusive: true });
		await once(this.#socket, 'listening');
		this.#socket.on('error', (error) => this.#port.log.warn({ err: error }, 'a socket failed'));
		return this.#socket.address().port;
	}

	/** Messages that were given up meanwhile. */
	countExpired(): void {
		this.#port.drop('incomplete', this.#reassembly?.takeExpired(Date.now()) ?? 0);
	}

	close(): Promise<void> {
		return new Promise((resolve) => this.#socket.close(() => resolve()));
	}

	#take(datagram: Buffer, from: string): void {
		if (datagram.length === 0) return;
		if (!this.#port.listener.allows(from)) return this.#port.drop('address');
		const source = this.#sources.get(from) ?? { waiting: 0 };
		if (this.#port.lanes.isFull(source)) return this.#port.drop('full');
		const bytes = this.#whole(datagram, from);
		if (!bytes) return;
		this.#sources.set(from, source);
		const settled = () => {
			if (source.waiting === 0) this.#sources.delete(from);
		};
		this.#port.take(bytes, from, source, { stored: settled, dropped: settled });
		settled(); // without a key it does not wait
	}

	#whole(datagram: Buffer, from: string): Buffer | null {
		if (!this.#reassembly) return datagram;
		const taken = this.#reassembly.take(datagram, from, Date.now());
		if (taken.kind === 'dropped') this.#port.drop(taken.reason);
		return taken.kind === 'message' ? taken.bytes : null;
	}
}
