import { setPriority } from 'node:os';

/** How far they stand back: where both want the same core, the server's own thread gets three quarters of it. */
const nice = 5;

/**
 * Lets a thread that decodes, searches or seals stand back for the process's first one. On Linux a priority belongs to a thread (setpriority(2), "C library/kernel
 * differences"); elsewhere it would be the whole process's, so nothing is done.
 */
export function yieldToServer(): void {
	if (process.platform === 'linux') setPriority(0, nice);
}
