/** The bytes of bodies that are being read, decoded and stored, all together: what they take in memory is about three times this. */
const usualBytes = 192 * 1024 * 1024;

/** What the body of one request has of the room that all share. */
export interface Place {
	/** Takes room for more bytes that have come in; false if there is none, after which the body must be let go. */
	grow(bytes: number): boolean;
	/** Gives the room back. */
	leave(): void;
}

/**
 * Bounds the bodies in flight. A body is admitted by the size that it announces, and takes room as it comes in: what was announced but
 * never comes keeps nobody out.
 */
export class Admission {
	readonly #most: number;
	readonly #byOrganization = new Map<string, number>();
	#bytes = 0;

	/** One organization may have half of these bytes, so that its flood leaves room for the others. */
	constructor(mostBytes = usualBytes) {
		this.#most = mostBytes;
	}

	/** Bytes of all bodies in flight. */
	get bytes(): number {
		return this.#bytes;
	}

	/** A place for a body of an announced size in bytes (0 if it announces none); null if it does not fit now. */
	admit(org: string, announced: number): Place | null {
		if (!this.#fits(org, announced)) return null;
		let taken = 0;
		const grow = (bytes: number) => {
			if (!this.#fits(org, bytes)) return false;
			taken += bytes;
			this.#add(org, bytes);
			return true;
		};
		const leave = () => {
			this.#add(org, -taken);
			taken = 0;
		};
		return { grow, leave };
	}

	#fits(org: string, bytes: number): boolean {
		const own = this.#byOrganization.get(org) ?? 0;
		return this.#bytes + bytes <= this.#most && own + bytes <= this.#most / 2;
	}

	#add(org: string, bytes: number): void {
		this.#bytes += bytes;
		const own = (this.#byOrganization.get(org) ?? 0) + bytes;
		if (own === 0) this.#byOrganization.delete(org);
		else this.#byOrganization.set(org, own);
	}
}
