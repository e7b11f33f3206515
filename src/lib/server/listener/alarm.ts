/** The longest time that setTimeout waits, in ms: a longer one ends at once. */
const longest = 2 ** 31 - 1;

/** Rings once at a time in epoch ms, however far away. The function returned ends that. It keeps no process running. */
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
