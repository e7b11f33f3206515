import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { plainOf } from '../client.ts';
import { loadTls } from '../listeners.ts';
import { Connection } from './connection.ts';
import { converse } from './forward.ts';
import type { Port } from './port.ts';

/** Connections of one listener, and of one address with it. */
const most = 10_000;
const mostOfAddress = 2_000;
/** A client that is gone is noticed by this, in ms. */
const keepAliveMs = 60_000;
const backlog = 1024;
/** How long a client has to finish what it is writing when the server stops, in ms. */
const patienceMs = 2_000;
/** How often a renewed certificate is looked for, in ms. */
const reloadMs = 3_600_000;

/** Takes lines over TCP or TLS. */
export class Connections {
	readonly #port: Port;
	readonly #server: Server | TlsServer;
	readonly #open = new Set<Socket>();
	readonly #byAddress = new Map<string, number>();
	#reloading: NodeJS.Timeout | undefined;

	constructor(port: Port) {
		this.#port = port;
		const { tls } = port.listener;
		const converse = (socket: Socket) => this.#converse(socket);
		if (tls) {
			this.#server = createTlsServer({ allowHalfOpen: true, cert: tls.cert, key: tls.key }, converse);
			this.#server.on('tlsClientError', (error) => port.log.info({ err: error }, 'a TLS handshake failed'));
		} else this.#server = createServer({ allowHalfOpen: true }, converse);
		this.#server.prependListener('connection', (socket) => this.#admit(socket as Socket));
	}

	/** Resolves with its port. Rejects if it cannot be had. */
	async open(): Promise<number> {
		const { host, port } = this.#port.listener;
		this.#server.listen({ host, port, backlog, exclusive: true });
		await once(this.#server, 'listening');
		this.#server.on('error', (error) => this.#port.log.warn({ err: error }, 'a socket failed'));
		if (this.#port.listener.tls) this.#reloading = setInterval(() => this.#reload(), reloadMs).unref();
		const address = this.#server.address();
		return address !== null && typeof address === 'object' ? address.port : port;
	}

	/**
	 * Takes no more connections, tells clients that this is the end and reads what they have written until then. Those of Forward wait
	 * for their acknowledgements: they are closed by `end`.
	 */
	async stop(): Promise<void> {
		clearInterval(this.#reloading);
		this.#server.close();
		if (this.#port.listener.protocol === 'forward')
			return this.#open.forEach((socket) => void socket.pause());
		const closed = [...this.#open].map((socket) => once(socket, 'close'));
		for (const socket of this.#open) socket.end();
		const late = setTimeout(() => this.#open.forEach((socket) => socket.destroy()), patienceMs);
		await Promise.all(closed);
		clearTimeout(late);
	}

	/** Closes what is open still. */
	end(): void {
		for (const socket of this.#open) socket.destroySoon();
	}

	/** Counts a connection, or refuses it before it has cost anything. */
	#admit(socket: Socket): void {
		const { counts, listener } = this.#port;
		const from = plainOf(socket.remoteAddress ?? '');
		const ofAddress = this.#byAddress.get(from) ?? 0;
		const isAllowed = listener.allows(from);
		if (!isAllowed || counts.connections >= most || ofAddress >= mostOfAddress) {
			counts.drop(isAllowed ? 'connections' : 'address');
			socket.destroy();
			return;
		}
		counts.connections += 1;
		this.#byAddress.set(from, ofAddress + 1);
		socket.setKeepAlive(true, keepAliveMs);
		socket.on('close', () => {
			counts.connections -= 1;
			const left = (this.#byAddress.get(from) ?? 1) - 1;
			if (left > 0) this.#byAddress.set(from, left);
			else this.#byAddress.delete(from);
		});
	}

	#converse(socket: Socket): void {
		if (socket.destroyed) return;
		const from = plainOf(socket.remoteAddress ?? '');
		this.#open.add(socket);
		socket
			.on('close', () => this.#open.delete(socket))
			.on('error', (error) => this.#port.log.debug({ err: error, from }, 'a connection broke'));
		const isForward = this.#port.listener.protocol === 'forward';
		new Connection(this.#port, socket, from, isForward ? converse(this.#port, socket) : null);
	}

	#reload(): void {
		const { tls } = this.#port.listener;
		if (!tls || !('setSecureContext' in this.#server)) return;
		try {
			const { cert, key } = loadTls(tls.paths);
			if (cert !== tls.cert || key !== tls.key) this.#server.setSecureContext({ cert, key });
		} catch (error) {
			this.#port.log.error({ err: error }, 'the renewed certificate of a socket cannot be used');
		}
	}
}
