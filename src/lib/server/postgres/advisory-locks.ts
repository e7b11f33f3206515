/**
 * The advisory locks that Tailrace's transactions take, in the order in which one may take several: numbers that no other
 * program on the same database uses.
 */
export const advisoryLocks = {
	/** Migrating: one instance at a time. */
	migrations: 7_245_723,
	/** Turning an earlier version's rows of lines into chunks. */
	conversion: 7_245_727,
	/** Making and dropping partitions. */
	partitions: 7_245_729,
	/** Merging an organization's chunks; the second key is a hash of its id. */
	sealing: 7_245_728,
	/** Creating a user: whether they are the first. */
	users: 7_245_724,
	/** Instance admins and their suspensions: whether one is left. */
	administration: 7_245_726,
	/** Giving an organization its slug: whether it is free. */
	slugs: 7_245_725
} as const;
