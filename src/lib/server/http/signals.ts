/** Ctrl-C under `npm start` comes twice, from the terminal and from npm: a second one this soon is the same request, in ms. */
const sameMs = 1_000;

/**
 * Resolves at the first SIGTERM or SIGINT, which ask to stop. A later one ends the process at once, for people who do not want
 * to wait.
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
