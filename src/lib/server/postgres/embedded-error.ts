/**
 * The embedded PostgreSQL cannot run as things are, and the person who started Tailrace can fix it: the message says how, and
 * is meant to be shown to them without a stack.
 */
export class Unstartable extends Error {
	override name = 'Unstartable';
}

/** Another Tailrace has the folder. */
export class Taken extends Unstartable {
	override name = 'Taken';
}

/** For `catch` after looking up a file or folder: null if there is none; rethrows any other error. */
export function ifAbsent(error: unknown): null {
	if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
	throw error;
}
