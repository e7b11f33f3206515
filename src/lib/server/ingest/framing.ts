/** Cuts what arrives on a connection into frames. */
export interface Framing {
	/** The frames that are complete with these bytes. Empty ones are left out. Throws Malformed if no frame can be found any more. */
	push(chunk: Buffer): Buffer[];
	/** What the end of the connection completes. */
	end(): Buffer[];
	/** Bytes of the frame that is not complete. */
	readonly unfinished: number;
	/** Frames whose end was cut off because they were too long, since it was last asked. */
	takeCut(): number;
}

/** A longer frame is cut: a message has no more (bounds.ts). */
export const mostFrameBytes = 256 * 1024;
