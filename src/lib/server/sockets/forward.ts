import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { hostname } from 'node:os';
import { acknowledgement } from '../ingest/forward/acknowledgement.ts';
import type { Told } from '../ingest/forward/decoder.ts';
import { helo, pong } from '../ingest/forward/handshake.ts';
import { Malformed } from '../ingest/protocols/malformed.ts';
import type { Conversation } from './connection.ts';
import type { Port } from './port.ts';

/** Acknowledgements that a client leaves unread, in bytes. */
const mostUnread = 1024 * 1024;

/**
 * What Fluentd's protocol says on a connection: the handshake, if the listener has a secret, and `{"ack": chunk}` once the chunk is
 * stored. It has no word for failure: the connection is closed, and the client sends again what was not acknowledged.
 */
export function converse(port: Port, socket: Socket): Conversation {
	const { secret } = port.listener;
	const nonce = randomBytes(16);
	let isAllowed = secret === null;
	if (secret !== null) socket.write(helo(nonce));

	function hears(frame: Buffer): boolean {
		if (isAllowed || secret === null) return false;
		const answer = answerTo(frame, { nonce, secret, name: hostname() });
		isAllowed = answer?.isAllowed ?? false;
		if (answer) socket.write(answer.answer);
		if (isAllowed) return true;
		port.drop('key');
		port.log.warn({ from: socket.remoteAddress }, 'a client of Forward has another secret');
		socket.end();
		socket.pause();
		return true;
	}

	function stored(told: unknown, index: number): void {
		const { chunk, fault } = (told as Told[])[index] ?? { chunk: null, fault: null };
		if (fault !== null) return close(fault);
		if (chunk === null || socket.destroyed) return;
		socket.write(acknowledgement(chunk));
		if (socket.writableLength > mostUnread) close('it does not read its acknowledgements');
	}

	function close(why: string): void {
		port.log.info({ from: socket.remoteAddress, why }, 'a connection of Forward was closed');
		socket.destroy();
	}

	return { hears, told: { stored, dropped: (reason) => close(reason) } };
}

function answerTo(frame: Buffer, known: Parameters<typeof pong>[1]): ReturnType<typeof pong> | null {
	try {
		return pong(frame, known);
	} catch (error) {
		if (error instanceof Malformed) return null;
		throw error;
	}
}
