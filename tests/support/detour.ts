import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What becomes of the next COMMIT: it is lost on its way, or its answer is. */
export type Loss = 'commit' | 'answer';

/** A way to a PostgreSQL that can be cut and mended. */
export interface Detour {
	/** The same database by this way. */
	readonly url: string;
	/** Breaks every connection and takes no new one. */
	cut(): void;
	mend(): void;
	/** Breaks the connection that sends the next COMMIT, before or after PostgreSQL has done it. */
	loseNext(loss: Loss): void;
	close(): void;
}

/** Opens a detour to the database of a URL. */
export async function detour(to: string): Promise<Detour> {
	const target = new URL(to);
	const open = new Set<Socket>();
	let isCut = false;
	let loss: Loss | null = null;

	const server = createServer((near) => {
		if (isCut) return void near.destroy();
		const far = connect(Number(target.port || 5432), target.hostname);
		const end = () => [near, far].forEach((socket) => socket.destroy());
		for (const socket of [near, far]) {
			open.add(socket);
			socket.on('error', end).on('close', () => (end(), open.delete(socket)));
		}
		let losing = false;
		near.on('data', (bytes) => {
			if (loss !== null && /\bcommit\b/i.test(bytes.toString('latin1'))) {
				losing = true;
				if (loss === 'commit') end();
				loss = null;
			}
			far.write(bytes);
		});
		far.on('data', (bytes) => (losing ? end() : near.write(bytes)));
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');

	const url = new URL(target);
	url.hostname = '127.0.0.1';
	url.port = String((server.address() as AddressInfo).port);
	const cut = () => {
		isCut = true;
		for (const socket of open) socket.destroy();
	};
	return {
		url: url.href,
		cut,
		mend: () => void (isCut = false),
		loseNext: (next) => void (loss = next),
		close() {
			cut();
			server.close();
		}
	};
}
