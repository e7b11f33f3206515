import { setImmediate } from 'node:timers/promises';

/** Ms of work in one go; the work itself comes in portions of about 1 ms. */
const slice = 10;

/** Called between portions of long work, it lets everything else run when that was too long ago. */
export function pacer(): () => Promise<void> {
	let since = performance.now();
	return async () => {
		if (performance.now() - since < slice) return;
		await setImmediate();
		since = performance.now();
	};
}
