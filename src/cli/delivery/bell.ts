/** Wakes one waiter: it waits for a condition, checked again at every ring. */
export interface Bell {
	ring(): void;
	/** Resolves when the condition holds, or after `ms`. One waiter at a time. */
	wait(ms: number, until: () => boolean): Promise<void>;
}

export function hang(): Bell {
	let check = () => {};

	function wait(ms: number, until: () => boolean): Promise<void> {
		if (ms <= 0 || until()) return Promise.resolve();
		return new Promise((resolve) => {
			const timer = setTimeout(done, ms);
			check = () => until() && done();
			function done(): void {
				clearTimeout(timer);
				check = () => {};
				resolve();
			}
		});
	}

	return { ring: () => check(), wait };
}
