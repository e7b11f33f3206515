/** Lines that differ only in numbers, ids and names in quotes: `slow query # s`. */

export interface Alike {
	/** What they have in common; `#` stands for what differs. */
	pattern: string;
	count: number;
}

/* Dates and times, UUIDs, hexadecimal numbers of eight digits and more, quoted text, and numbers. */
const varying =
	/\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d[\d.,]*(?:Z|[+-]\d\d:?\d\d)?)?|[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}|\b(?=[a-f]*\d)[\da-f]{8,}\b|"[^"]*"|'[^']*'|(?<![A-Za-z_\d])[+-]?\d+(?:[.,:]\d+)*/gi;

/** The pattern of a message. */
export function patternOf(message: string): string {
	return message.replace(varying, '#');
}

/** Messages with their counts, similar ones together, the most frequent first. */
export function group(messages: readonly { message: string; count: number }[]): Alike[] {
	const counts = new Map<string, number>();
	for (const { message, count } of messages) {
		const pattern = patternOf(message);
		counts.set(pattern, (counts.get(pattern) ?? 0) + count);
	}
	return [...counts].map(([pattern, count]) => ({ pattern, count })).sort((a, b) => b.count - a.count);
}

/** The longest part common to all of them: a search for them uses it. */
export function fixedPart(pattern: string): string {
	const parts = pattern.split(/[#"\\\r\n]+/).map((part) => part.trim());
	return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}
