/** Bytes that a sender can append to one log (docs/API.md, Limits). */
export const mostBytes = 100 * 1024 * 1024;

const notice = 'tailrace: the log ends here, because it has reached its limit of 100 MiB\n';

/** Our line that ends a log at its limit; it does not count as the sender's. */
export function noticeAfter(midLine: boolean): Uint8Array {
	return new TextEncoder().encode(midLine ? `\n${notice}` : notice);
}
