import process from 'node:process';
import { isatty } from 'node:tty';

const caught = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** Catches the signals that would end us, until `release`. */
export function listen(act: (signal: NodeJS.Signals) => void): () => void {
	for (const signal of caught) process.on(signal, act);
	return () => {
		for (const signal of caught) process.off(signal, act);
	};
}

/**
 * Whether the command has this signal already: Ctrl-C and Ctrl-\ in a terminal reach it together with us, and many programs
 * take a second SIGINT as "at once, without cleaning up".
 */
export function isShared(signal: NodeJS.Signals): boolean {
	return (signal === 'SIGINT' || signal === 'SIGQUIT') && [0, 1, 2].some((fd) => isatty(fd));
}
