import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { metric } from '../server/calls.ts';

/** A port that nobody is likely to have: below those that the kernel gives to clients. */
export const freePort = (): number => randomInt(10_000, 32_000);

/** A connection to a listener. */
export async function dial(port: number): Promise<Socket> {
	const socket = connect(port, '127.0.0.1');
	await once(socket, 'connect');
	return socket;
}

/** Sends all of it over a connection of its own, and ends that. */
export async function pour(port: number, bytes: string | Uint8Array): Promise<void> {
	const socket = await dial(port);
	socket.end(bytes);
	socket.resume();
	await once(socket, 'close');
}

/** Sends datagrams. */
export async function scatter(port: number, datagrams: readonly (string | Uint8Array)[]): Promise<void> {
	const socket = createSocket('udp4');
	for (const datagram of datagrams)
		await new Promise<void>((resolve, reject) => {
			socket.send(datagram, port, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
		});
	await new Promise<void>((resolve) => socket.close(() => resolve()));
}

/** Resolves once a metric has reached a value, and returns it. The test's own timeout bounds it. */
export async function reaches(url: string, name: string, least: number): Promise<number> {
	for (;;) {
		const value = await metric(url, name);
		if (value >= least) return value;
	}
}

/** The name of a listener's metric, for `metric` and `reaches`. */
export function ofListener(
	what: 'lines_total' | 'connections' | 'dropped_total',
	listener: { protocol: string; address: string; reason?: string }
): string {
	const { protocol, address, reason } = listener;
	const labels = `protocol="${protocol}",listener="${address}"${reason ? `,reason="${reason}"` : ''}`;
	return `tailrace_socket_${what}{${labels}}`;
}
