/** What the server cannot reach, or has no room on, as reported by streams and refusals. */
export interface Outage {
	outage: 'database' | 'disk';
	/** ISO 8601. */
	since: string;
}

/** What is wrong, for people. */
export const sentenceOf = ({ outage }: Pick<Outage, 'outage'>): string =>
	outage === 'database' ? 'The database is unavailable.' : 'The disk is full.';

/** What readers of a stream can expect meanwhile. */
export const prospectOf = ({ outage }: Pick<Outage, 'outage'>): string =>
	`New lines will appear when ${outage === 'database' ? 'it is back' : 'there is room again'}.`;

/** An outage from JSON; null if it is not one. */
export function read(value: unknown): Outage | null {
	if (typeof value !== 'object' || value === null) return null;
	const { outage, since } = value as Record<string, unknown>;
	if ((outage !== 'database' && outage !== 'disk') || typeof since !== 'string') return null;
	return { outage, since };
}
