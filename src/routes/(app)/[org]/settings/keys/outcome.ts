import type { KeyRequest } from '$server/access/key-use';

export interface Answer {
	ok: boolean;
	/** What happened to the request. */
	text: string;
	/** What to do about it, if anything. */
	advice: string | null;
}

const advice: Record<number, string> = {
	400: 'The request could not be read. The response says why.',
	401: 'The key has expired. Create a new one.',
	403: 'The key lacks the permission for this, or the organization is suspended.',
	404: 'Nothing was found at this URL for this key.',
	409: 'The deploy log ends at a different offset, or the deploy has ended.',
	413: 'The request was too large. Split it into several.',
	415: 'Unknown Content-Encoding. Use gzip, deflate, br, zstd or none.',
	429: 'The server was too busy. Send it again.',
	500: 'Something went wrong on the server. See its log.',
	503: 'The server or its database was briefly unavailable. Send it again.'
};

const numbers = new Intl.NumberFormat('en');
const count = (lines: number) => `${numbers.format(lines)} ${lines === 1 ? 'line' : 'lines'}`;

/** What to say about the last request with a key. */
export function outcomeOf({ status, lines }: KeyRequest): Answer {
	const ok = status < 400;
	if (!lines) return { ok, text: ok ? 'Answered' : 'Refused', advice: ok ? null : (advice[status] ?? null) };
	const { accepted, rejected } = lines;
	if (!ok && accepted + rejected === 0)
		return { ok, text: 'Refused', advice: 'The body was empty: send at least one line.' };
	const parts = [`Accepted ${count(accepted)}`, rejected > 0 ? `rejected ${count(rejected)}` : ''];
	return { ok: ok && rejected === 0, text: parts.filter(Boolean).join(', '), advice: repairsOf(lines) };
}

/** What was done to lines so that they could be kept; null if nothing. */
function repairsOf({ repaired }: NonNullable<KeyRequest['lines']>): string | null {
	if (!repaired) return null;
	const { shortened, undated } = repaired;
	const sentences = [
		shortened > 0 ? `Shortened ${count(shortened)} to what a line may have.` : '',
		undated > 0 ? `The time of ${count(undated)} could not be read: they have the time of their receipt.` : ''
	];
	return sentences.filter(Boolean).join(' ') || null;
}
