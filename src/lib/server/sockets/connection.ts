import type { Socket } from 'node:net';
import type { Framing } from '../ingest/framing.ts';
import { Malformed } from '../ingest/protocols/malformed.ts';
import type { PendingFrame } from './lane.ts';
import type { Source } from './lanes.ts';
import type { Port } from './port.ts';
import { protocols } from './protocols.ts';

/** Bytes of unfinished frames, of all connections of this process. */
const mostUnfinished = 128 * 1024 * 1024;
const unfinished = { bytes: 0 };

/** What a protocol says on its connections, if it says anything. */
export interface Conversation {
	/** Whether a frame is for the protocol itself, and no line. */
	hears(frame: Buffer): boolean;
	told: Pick<PendingFrame, 'stored' | 'dropped'>;
}

/** Takes lines from one connection. It reads no further while too much of it, or of all, waits to be stored. */
export class Connection implements Source {
	waiting = 0;
	readonly #port: Port;
	readonly #socket: Socket;
	readonly #from: string;
	readonly #framing: Framing;
	readonly #conversation: Conversation | null;
	#unfinished = 0;
	#hasEnded = false;

	constructor(port: Port, socket: Socket, from: string, conversation: Conversation | null) {
		this.#port = port;
		this.#socket = socket;
		this.#from = from;
		this.#conversation = conversation;
		this.#framing = protocols[port.listener.protocol].framing();
		socket
			.on('data', (chunk) => this.#read(chunk))
			.on('end', () => {
				this.#end();
				socket.end();
			})
			.on('close', () => {
				this.#end();
				port.lanes.forget(this);
			});
	}

	resume(): void {
		this.#socket.resume();
	}

	#read(chunk: Buffer): void {
		if (this.#hasEnded) return;
		try {
			this.#take(this.#framing.push(chunk));
		} catch (error) {
			if (!(error instanceof Malformed)) throw error;
			this.#port.log.info(
				{ from: this.#from, why: error.message },
				'a connection was closed: it cannot be read'
			);
			this.#port.drop('malformed');
			this.#socket.destroy();
			return;
		}
		this.#port.drop('cut', this.#framing.takeCut());
		this.#count(this.#framing.unfinished);
		if (unfinished.bytes > mostUnfinished && this.#unfinished > 0) {
			this.#port.log.warn({ from: this.#from }, 'a connection was closed: too many lines are unfinished');
			this.#port.drop('full');
			this.#socket.destroy();
		} else if (this.#port.lanes.isFull(this)) {
			this.#socket.pause();
			this.#port.lanes.pause(this);
		}
	}

	#take(frames: Buffer[]): void {
		for (const frame of frames) {
			if (this.#conversation?.hears(frame)) continue;
			if (this.#socket.destroyed && this.#conversation) return;
			this.#port.take(frame, this.#from, this, this.#conversation?.told);
		}
	}

	/** What came without an end is taken as it is. */
	#end(): void {
		if (this.#hasEnded) return;
		this.#hasEnded = true;
		this.#take(this.#framing.end());
		this.#count(0);
	}

	#count(bytes: number): void {
		unfinished.bytes += bytes - this.#unfinished;
		this.#unfinished = bytes;
	}
}
