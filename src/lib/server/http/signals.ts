/** Ctrl-C under `npm start` comes twice, from the terminal and from npm: what comes so soon after the first is the same wish, in ms. */
const sameMs = 1_000;

/**
 * Resolves at the first SIGTERM or SIGINT, which ask to stop. One that comes later ends the process at once, for who does not
 * want to wait any longer.
 */
export function askedToStop(): Promise<void> {
	return new Promise((resolve) => {
		let firstAt = Infinity;
		const signalled = () => {
			if (performance.now() - firstAt > sameMs) process.exit(1);
			firstAt = Math.min(firstAt, performance.now());
			resolve();
		};
		for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, signalled);
	});
}
