import { setPriority } from 'node:os';

/** How far the threads stand back for the one that serves readers: where cores are few, it gets nine tenths of one. */
const nice = 10;

/**
 * Lets this thread stand back for the process's first one. On Linux a priority belongs to a thread (setpriority(2), "C library/kernel
 * differences"); elsewhere it would be the whole process's, so nothing is done.
 */
export function yieldToServer(): void {
	if (process.platform === 'linux') setPriority(0, nice);
}
