/** Why lines were dropped, in one word each. */
export const reasons = [
	/** They came over UDP, faster than they could be stored. */
	'full',
	/** The system's buffer of the socket was full. */
	'unread',
	/** The address is not allowed. */
	'address',
	/** There is no such organization. */
	'organization',
	'suspended',
	/** No valid key. */
	'key',
	'malformed',
	/** Parts of a message were missing. */
	'incomplete',
	/** The rest of a frame that was too long. */
	'cut',
	/** Connections that were refused because there were too many. */
	'connections',
	/** The database refused them. */
	'refused',
	/** They were waiting still when the server had to stop. */
	'stopped'
] as const;
export type Reason = (typeof reasons)[number];

/** What a listener took and dropped since the server started. */
export class Counts {
	taken = 0;
	/** Open now. */
	connections = 0;
	readonly dropped = new Map<Reason, number>();
	/** Lines taken, by the id of the organization. */
	readonly #takenBy = new Map<string, number>();

	take(org: string, lines: number): void {
		this.taken += lines;
		this.#takenBy.set(org, this.takenBy(org) + lines);
	}

	takenBy(org: string): number {
		return this.#takenBy.get(org) ?? 0;
	}

	drop(reason: Reason, count = 1): void {
		if (count > 0) this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + count);
	}
}
