import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Config } from '../config.ts';

type Where = Pick<Config, 'host' | 'port'>;

/** How many connections the kernel queues: a thousand viewers reconnect at once after a restart. */
const backlog = 4096;

/** This machine cannot listen on the configured address; the message says what to do, in one sentence. */
export class CannotListen extends Error {
	override name = 'CannotListen';
}

/** Accepts requests from now on; returns the actual port, which PORT=0 leaves open. Throws CannotListen. */
export async function listen(server: Server, { host, port }: Where): Promise<number> {
	server.listen({ port, host, backlog });
	await once(server, 'listening').catch((cause: NodeJS.ErrnoException) => {
		throw new CannotListen(explain(cause, { host, port }), { cause });
	});
	const address = server.address();
	return address !== null && typeof address === 'object' ? address.port : port;
}

/** The server's URL for a browser on this machine. */
export function addressOf({ host, origin }: Pick<Config, 'host' | 'origin'>, port: number): string {
	if (origin !== null) return origin;
	const isHere = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host);
	return `http://${isHere ? 'localhost' : bracketed(host)}:${port}`;
}

function explain({ code, message }: NodeJS.ErrnoException, { host, port }: Where): string {
	switch (code) {
		case 'EADDRINUSE':
			return `Port ${port} on ${host} is already in use: stop the program that uses it, or set PORT to another port.`;
		case 'EACCES':
			return `This user may not listen on port ${port}: set PORT to 1024 or higher.`;
		case 'EADDRNOTAVAIL':
			return `This machine does not have the address ${host}: set HOST to one of its own, or to 0.0.0.0 for all of them.`;
		case 'ENOTFOUND':
		case 'EAI_AGAIN':
			return `HOST is "${host}", a name that has no address: set it to an address of this machine.`;
		default:
			return `Tailrace cannot listen on port ${port} of ${host}: ${message}.`;
	}
}

function bracketed(host: string): string {
	return host.includes(':') ? `[${host}]` : host;
}
