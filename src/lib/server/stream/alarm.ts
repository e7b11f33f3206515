/** The longest delay of setTimeout, in ms: a longer one fires at once. */
const longest = 2 ** 31 - 1;

/** Rings once at a time in epoch ms, however far away. The returned function cancels it. It keeps no process running. */
export function set(at: number, ring: () => void): () => void {
	let timer: NodeJS.Timeout;
	const wait = () => {
		const ms = at - Date.now();
		timer = ms > longest ? setTimeout(wait, longest) : setTimeout(ring, Math.max(0, ms));
		timer.unref();
	};
	wait();
	return () => clearTimeout(timer);
}
