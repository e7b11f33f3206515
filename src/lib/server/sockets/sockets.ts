import type { Logger } from 'pino';
import { addressOf, type Listener } from '../listeners.ts';
import { CannotOpen } from './cannot-open.ts';
import { Connections } from './connections.ts';
import type { Reason } from './counts.ts';
import { Datagrams } from './datagrams.ts';
import { unreadBy } from './kernel.ts';
import type { Store } from './lane.ts';
import { Lanes } from './lanes.ts';
import { Port, type Destinations } from './port.ts';

/** What a listener has done since the server started. */
export interface Report {
	listener: Listener;
	/** Its URL without parameters, with the port that it has. */
	address: string;
	taken: number;
	takenBy(org: string): number;
	dropped: ReadonlyMap<Reason, number>;
	connections: number;
}

interface Opened {
	port: Port;
	server: Connections | Datagrams;
	/** The one that it has. */
	number: number;
}

/** How long lines that were taken have to be stored when the server stops, in ms. */
const patienceMs = 5_000;

/** The listeners of this server, open together. */
export class Sockets {
	readonly #lanes: Lanes;
	readonly #giveUp = new AbortController();
	readonly #opened: Opened[] = [];
	readonly #log: Logger;

	constructor(store: Omit<Store, 'giveUp'>) {
		this.#log = store.log;
		this.#lanes = new Lanes({ ...store, giveUp: this.#giveUp.signal });
	}

	/** Bytes that wait to be stored. */
	get waiting(): number {
		return this.#lanes.waiting;
	}

	/** Opens them all. Throws CannotOpen at the first that cannot be. */
	async open(listeners: readonly Listener[], destinations: Destinations): Promise<void> {
		for (const listener of listeners) {
			const port = new Port(listener, this.#lanes, destinations, this.#log);
			const server = listener.transport === 'udp' ? new Datagrams(port) : new Connections(port);
			const number = await server.open().catch((cause: NodeJS.ErrnoException) => {
				throw new CannotOpen(explain(cause, listener), { cause });
			});
			this.#opened.push({ port, server, number });
			this.#log.info({ listener: addressOf({ ...listener, port: number }) }, 'taking lines');
		}
	}

	reports(): Report[] {
		return this.#opened.map(({ port, server, number }) => {
			const { listener, counts } = port;
			if (server instanceof Datagrams) server.countExpired();
			const dropped = new Map(counts.dropped);
			const unread = listener.transport === 'udp' ? unreadBy(number, listener.host) : 0;
			if (unread > 0) dropped.set('unread', unread);
			const { taken, connections } = counts;
			const address = addressOf({ ...listener, port: number });
			return { listener, address, taken, connections, dropped, takenBy: (org) => counts.takenBy(org) };
		});
	}

	/** Takes no more, stores what was taken as far as the database lets it in time, and closes. */
	async close(): Promise<void> {
		const servers = this.#opened.map(({ server }) => server);
		const late = setTimeout(() => this.#giveUp.abort(), patienceMs);
		await Promise.all(
			servers.map((server) => (server instanceof Datagrams ? server.close() : server.stop()))
		);
		for (const { port } of this.#opened) port.flush();
		await this.#lanes.drained();
		clearTimeout(late);
		for (const server of servers) if (server instanceof Connections) server.end();
	}
}

function explain({ code, message }: NodeJS.ErrnoException, listener: Listener): string {
	const { host, port, protocol } = listener;
	const variable = `${protocol.toUpperCase()}_LISTEN`;
	switch (code) {
		case 'EADDRINUSE':
			return `${variable} has ${addressOf(listener)}, a port that is already in use: stop the program that uses it, or choose another.`;
		case 'EACCES':
			return `${variable} has ${addressOf(listener)}, but this user may not listen on port ${port}: choose one from 1024 on.`;
		case 'EADDRNOTAVAIL':
			return `${variable} has ${addressOf(listener)}, but this machine does not have the address ${host}: choose one of its own, or 0.0.0.0.`;
		default:
			return `${variable} has ${addressOf(listener)}, which cannot be opened: ${message}.`;
	}
}
