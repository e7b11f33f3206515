import type { Reason } from './counts.ts';

/** Whose lines they are, or why nobody takes them. */
export type Resolved = { ok: true; org: string } | { ok: false; reason: Reason };

/** Where lines go: one organization, which is looked up when they come. */
export interface Destination {
	/** Tells it from other destinations of its listener. */
	readonly name: string;
	/** Rejects while the database is away. */
	resolve(): Promise<Resolved>;
}
