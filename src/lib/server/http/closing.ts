import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';

/** How long open requests may take to end before they are cut, in ms; a stop takes at most ten seconds in all. */
const patienceMs = 6_000;
const lookEveryMs = 50;
/** How long connections that keep coming may hold up the end, in ms. */
const mostWaitMs = 1_000;
/** A connection without a request after this long brings none soon, in ms: a balancer sends it with the connection. */
const silentMs = 500;

/**
 * Watches a server's connections from the start. The returned function ends listening, calls `ended` in the same turn, and closes
 * the server after the last response or 6 s.
 */
export function closer(server: Server): (ended: () => void) => Promise<void> {
	const silent = watchSilent(server);

	return async function close(ended) {
		await acceptWaiting(server);
		ended();
		const closed = once(server, 'close');
		server.close();
		const idle = setInterval(() => {
			server.closeIdleConnections();
			const before = performance.now() - silentMs;
			for (const [socket, since] of silent) if (socket.bytesRead === 0 && since < before) socket.destroy();
		}, lookEveryMs);
		const cut = setTimeout(() => server.closeAllConnections(), patienceMs);
		await closed;
		clearInterval(idle);
		clearTimeout(cut);
	};
}

/**
 * Accepts who waits in the kernel's queue: the end of listening would reset their connections, with requests that a balancer has sent
 * already and must not send again. Node accepts one a turn of its loop, at the most.
 */
async function acceptWaiting(server: Server): Promise<void> {
	const lastAt = performance.now() + mostWaitMs;
	let isAccepting = true;
	const accepted = () => (isAccepting = true);
	server.on('connection', accepted);
	while (isAccepting && performance.now() < lastAt) {
		isAccepting = false;
		await setImmediate();
	}
	server.off('connection', accepted);
}

/** Connections without any request, and since when: browsers open some ahead of need, and Node's closeIdleConnections leaves them. */
function watchSilent(server: Server): ReadonlyMap<Socket, number> {
	const silent = new Map<Socket, number>();
	server.on('connection', (socket: Socket) => {
		silent.set(socket, performance.now());
		socket.once('close', () => silent.delete(socket));
	});
	server.on('request', ({ socket }) => silent.delete(socket));
	return silent;
}
