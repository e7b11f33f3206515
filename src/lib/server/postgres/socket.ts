import { Socket } from 'node:net';

/** Where PostgreSQL listens, as postgres.js has parsed it: a Unix socket, or hosts and their ports. */
interface Addresses {
	path?: string | undefined;
	host: string[];
	port: number[];
}

/**
 * Gives a socket at each call, which connects to the next of the addresses; what is written before it is open is sent afterwards.
 *
 * The socket reports its error and its end in one turn, because Node leaves time between them, and a query that postgres.js sends
 * in that time is neither answered nor rejected (postgres 3.4.9, src/connection.js: `error` leaves the connection in its pool,
 * `closed` forgets what was sent since). An end before the first byte is an error too: the library would try again for ever.
 */
export function socketsTo({ path, host, port }: Addresses): () => Socket {
	let turn = 0;
	return () => {
		const index = turn++ % host.length;
		const address = path ? { path } : { host: host[index], port: port[index] as number };
		return new SteadySocket().connect(address);
	};
}

class SteadySocket extends Socket {
	#error: unknown = null;

	override emit(event: string | symbol, ...values: unknown[]): boolean {
		if (event === 'error') {
			this.#error ??= values[0];
			return true;
		}
		if (event === 'close') {
			if (this.bytesRead === 0) this.#error ??= new ClosedAtOnce();
			if (this.#error !== null) super.emit('error', this.#error);
		}
		return super.emit(event, ...values);
	}
}

/** What a connection fails with that was closed before PostgreSQL said anything, as by a proxy that has no PostgreSQL. */
class ClosedAtOnce extends Error {
	readonly code = 'CONNECTION_CLOSED';
	constructor() {
		super('the connection was closed before PostgreSQL answered');
	}
}
