import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Times in ms. */
interface Patience {
	/** How long a request may take to arrive whole. */
	wholeMs: number;
	/** How long one that may take any time may be silent. */
	silentMs: number;
	lookEveryMs: number;
}

const usual: Patience = { wholeMs: 60_000, silentMs: 60_000, lookEveryMs: 5_000 };

/** What Node answers to a request that did not arrive in time (RFC 9110, 15.5.9). */
const timedOut = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';

/** A request that is arriving. */
interface Arriving {
	socket: Socket;
	since: number;
	/** Whether only its silence is limited. */
	isStream: boolean;
	bytesRead: number;
}

/**
 * Cuts requests that do not arrive: within a minute, or, where `isStream` says so, that send nothing for a minute while we read. Node
 * has one limit for all requests (`requestTimeout`, which must be 0 then) and keeps its own for their headers (`headersTimeout`).
 */
export function limit(
	server: Server,
	isStream: (request: IncomingMessage) => boolean,
	patience: Patience = usual
): void {
	const arriving = new Map<IncomingMessage, Arriving>();
	server.on('request', (request: IncomingMessage, response: ServerResponse) => {
		const { socket } = request;
		const { bytesRead } = socket;
		const one: Arriving = { socket, since: Date.now(), isStream: isStream(request), bytesRead };
		arriving.set(request, one);
		request.once('close', () => arriving.delete(request));
		// Who is refused may go on sending what nobody wants.
		response.once('finish', () => Object.assign(one, { since: Date.now(), isStream: false }));
	});
	const looking = setInterval(() => {
		for (const [request, one] of arriving) {
			if (request.complete) arriving.delete(request);
			else if (isLate(request, one, Date.now(), patience)) cut(one.socket);
		}
	}, patience.lookEveryMs);
	looking.unref();
	server.once('close', () => clearInterval(looking));
}

function isLate(
	request: IncomingMessage,
	one: Arriving,
	now: number,
	{ wholeMs, silentMs }: Patience
): boolean {
	if (!one.isStream) return now - one.since > wholeMs;
	const { bytesRead } = one.socket;
	// While we do not read, it is not the sender who is silent.
	if (bytesRead > one.bytesRead || request.isPaused()) Object.assign(one, { bytesRead, since: now });
	return now - one.since > silentMs;
}

function cut(socket: Socket): void {
	if (socket.writable) socket.write(timedOut);
	socket.destroy();
}
