/** One readable stream: the lines of an organization, the bytes of a deploy. */
export interface Source<Item> {
	/** The cursor of the newest item now. */
	head(): Promise<number>;
	/** The items after the cursor, in order: at most `limit`, and fewer if they are large. */
	after(cursor: number, limit: number): Promise<Page<Item>>;
	cursorOf(item: Item): number;
	/** Whether cursors count the items: then the difference of two is how many lie between them. */
	isDense?: boolean;
	/** About how much memory an item takes. */
	bytesOf(item: Item): number;
}

/** One read of a stream; `more` says that it ended at a bound and not at the head. */
export interface Page<Item> {
	items: Item[];
	more: boolean;
}

/** What the tail reports; every number is a count of items. */
export interface TailEvents {
	sent(lines: number, skipped: number): void;
	/** A read failed; the tail retries at the next wake-up, at the latest after `retryAfter`. */
	failed(error: unknown): void;
}
