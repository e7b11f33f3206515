import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How long open requests may take to end before they are cut, in ms; a stop takes at most ten seconds in all. */
const patienceMs = 6_000;
const lookEveryMs = 50;

/** Watches a server's connections from the start. The returned function closes it, after the last response or 6 s. */
export function closer(server: Server): () => Promise<void> {
	const silent = watchSilent(server);

	return async function close() {
		const closed = once(server, 'close');
		server.close();
		const idle = setInterval(() => {
			server.closeIdleConnections();
			for (const socket of silent) if (socket.bytesRead === 0) socket.destroy();
		}, lookEveryMs);
		const cut = setTimeout(() => server.closeAllConnections(), patienceMs);
		await closed;
		clearInterval(idle);
		clearTimeout(cut);
	};
}

/** Connections without any request: browsers open some ahead of need, and Node's closeIdleConnections leaves them. */
function watchSilent(server: Server): ReadonlySet<Socket> {
	const silent = new Set<Socket>();
	server.on('connection', (socket: Socket) => {
		silent.add(socket);
		socket.once('close', () => silent.delete(socket));
	});
	server.on('request', ({ socket }) => silent.delete(socket));
	return silent;
}
