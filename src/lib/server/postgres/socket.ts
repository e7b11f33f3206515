import { Socket } from 'node:net';

/** Where PostgreSQL listens, as postgres.js has parsed it: a Unix socket, or hosts and their ports. */
interface Addresses {
	path?: string | undefined;
	host: string[];
	port: number[];
}

/**
 * Returns a new socket at each call, connecting to the next of the addresses; anything written before it is open is sent afterwards.
 *
 * The socket reports its error and its end in one turn, because Node leaves time between them, and a query that postgres.js sends
 * in that time is neither answered nor rejected (postgres 3.4.9, src/connection.js: `error` leaves the connection in its pool,
 * `closed` forgets what was sent since). An end before the first answer is an error too: the library would retry without end.
 */
export function socketsTo({ path, host, port }: Addresses): () => Socket {
	let turn = 0;
	return () => {
		const index = turn++ % host.length;
		const address = path ? { path } : { host: host[index], port: port[index] as number };
		return new SteadySocket().connect(address);
	};
}

/** Bytes of a CancelRequest, which PostgreSQL never answers (manual, 54.7). A startup packet is longer. */
const cancelRequest = 16;

class SteadySocket extends Socket {
	#error: unknown = null;

	override emit(event: string | symbol, ...values: unknown[]): boolean {
		if (event === 'error') {
			this.#error ??= values[0];
			return true;
		}
		if (event === 'close') {
			if (this.bytesRead === 0 && this.bytesWritten > cancelRequest) this.#error ??= new ClosedAtOnce();
			if (this.#error !== null) super.emit('error', this.#error);
		}
		return super.emit(event, ...values);
	}
}

/** The error of a connection closed before PostgreSQL answered, as by a proxy without a backend. */
class ClosedAtOnce extends Error {
	readonly code = 'CONNECTION_CLOSED';
	constructor() {
		super('the connection was closed before PostgreSQL answered');
	}
}
