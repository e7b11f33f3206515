/**
 * The advisory locks that transactions of Tailrace take, in the order in which one may take several: numbers that no other
 * program on the same database uses.
 */
export const advisoryLocks = {
	/** Migrating: one instance at a time. */
	migrations: 7_245_723,
	/** Making a user: whether somebody is the first. */
	users: 7_245_724,
	/** Instance admins and what they suspend: whether one is left. */
	administration: 7_245_726,
	/** Giving an organization its slug: whether it is free. */
	slugs: 7_245_725
} as const;
