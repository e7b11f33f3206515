import process from 'node:process';

/** How long stdin must be quiet after `stop`, and how long it is read at most, in ms. */
const quiet = 2_000;
const longest = 10_000;

/** stdin has ended; the reader of our stdout has gone; we stopped before either. */
export type How = 'ended' | 'closed' | 'cut';

export interface Passage {
	/** Never rejects. */
	readonly over: Promise<How>;
	/** Reads the rest of what is being written to us, and no longer. */
	stop(): void;
	cut(): void;
}

/** Passes stdin through to stdout; `take` gets the same bytes, and the next ones when it is ready for them. */
export function open(take: (bytes: Uint8Array) => Promise<void>): Passage {
	const { stdin, stdout } = process;
	let resolve: (how: How) => void = () => {};
	const over = new Promise<How>((settle) => (resolve = settle));
	let silence: NodeJS.Timeout | undefined;
	let latest: NodeJS.Timeout | undefined;
	let finished = false;

	function finish(how: How): void {
		finished = true;
		clearTimeout(silence);
		clearTimeout(latest);
		stdin.destroy();
		resolve(how);
	}

	async function pass(bytes: Buffer): Promise<void> {
		stdin.pause();
		silence?.refresh();
		await new Promise((written) => stdout.write(bytes, written));
		await take(bytes);
		stdin.resume();
	}

	stdin.on('data', (bytes: Buffer) => void pass(bytes)).once('end', () => finish('ended'));
	stdin.once('error', () => finish('ended')); // a terminal that has gone: nothing more comes
	// Whatever else is wrong with stdout, such as a full disk, the lines are still sent.
	stdout.on('error', (error: NodeJS.ErrnoException) => error.code === 'EPIPE' && finish('closed'));

	function stop(): void {
		if (finished) return;
		silence ??= setTimeout(() => finish('cut'), quiet);
		latest ??= setTimeout(() => finish('cut'), longest);
	}

	return { over, stop, cut: () => finish('cut') };
}
