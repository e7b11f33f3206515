import { EventEmitter, once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What happens to the next COMMIT: it is lost on its way, or its answer is. */
export type Loss = 'commit' | 'answer';

/** A connection to a PostgreSQL that can be cut and restored. */
export interface Detour {
	/** The same database through the detour. */
	readonly url: string;
	/** Breaks every connection and accepts no new one. */
	cut(): void;
	mend(): void;
	/** Passes nothing on and breaks nothing, as when the other machine hangs; `thaw` sends what was held back. */
	freeze(): void;
	thaw(): void;
	/** Freezes when the next COMMIT comes, which is held back; resolves then. */
	freezeNext(): Promise<void>;
	/** Resolves when this many connections have been refused since it was cut. */
	refused(count: number): Promise<void>;
	/** Breaks the connection that sends the next COMMIT, before or after PostgreSQL has done it; resolves when it is done. */
	loseNext(loss: Loss): Promise<void>;
	close(): void;
}

const isCommit = (bytes: Buffer) => /\bcommit\b/i.test(bytes.toString('latin1'));

/** Opens a detour to the database of a URL. */
export async function detour(to: string): Promise<Detour> {
	const target = new URL(to);
	const open = new Set<Socket>();
	const refusals = new EventEmitter();
	let isCut = false;
	let isFrozen = false;
	let refusedSince = 0;
	let loss: Loss | null = null;
	let lost = () => {};
	let freezing: (() => void) | null = null;

	const server = createServer((near) => {
		if (isCut) {
			refusedSince++;
			refusals.emit('refused');
			return void near.resetAndDestroy();
		}
		const far = connect(Number(target.port || 5432), target.hostname);
		const end = () => [near, far].forEach((socket) => socket.destroy());
		for (const socket of [near, far]) {
			open.add(socket);
			if (isFrozen) socket.pause();
			socket.on('error', end).on('close', () => (end(), open.delete(socket)));
		}
		let losing = false;
		near.on('data', (bytes) => {
			if (freezing !== null && isCommit(bytes)) {
				freeze();
				freezing();
				freezing = null;
				near.unshift(bytes);
				return;
			}
			if (loss !== null && isCommit(bytes)) {
				losing = true;
				if (loss === 'commit') return lose();
			}
			far.write(bytes);
		});
		far.on('data', (bytes) => (losing ? lose() : near.write(bytes)));

		function lose(): void {
			loss = null;
			end();
			lost();
		}
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');

	const url = new URL(target);
	url.hostname = '127.0.0.1';
	url.port = String((server.address() as AddressInfo).port);
	const cut = () => {
		isCut = true;
		refusedSince = 0;
		for (const socket of open) socket.resetAndDestroy();
	};
	async function refused(count: number): Promise<void> {
		while (refusedSince < count) await once(refusals, 'refused');
	}

	const freeze = () => {
		isFrozen = true;
		for (const socket of open) socket.pause();
	};

	return {
		url: url.href,
		cut,
		refused,
		mend: () => void (isCut = false),
		freeze,
		freezeNext: () => new Promise((resolve) => (freezing = resolve)),
		thaw() {
			isFrozen = false;
			for (const socket of open) socket.resume();
		},
		loseNext(next) {
			loss = next;
			return new Promise((resolve) => (lost = resolve));
		},
		close() {
			cut();
			server.close();
		}
	};
}
