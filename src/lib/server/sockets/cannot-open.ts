/** A listener cannot be opened; the message says why, and is meant for the person who configured it. */
export class CannotOpen extends Error {
	override name = 'CannotOpen';
}
