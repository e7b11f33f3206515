import type { KeyRequest } from '$server/accounts/keys/use';

export interface Outcome {
	ok: boolean;
	/** What became of the request. */
	text: string;
	/** What to do about it, if there is something. */
	advice: string | null;
}

const advice: Record<number, string> = {
	400: 'It could not be read. Its answer says what is wrong with it.',
	401: 'The key has expired: make another one.',
	403: 'The key lacks the scope for this, or the organization is suspended.',
	404: 'There is nothing at this address for this key.',
	409: 'The log of the deploy ends elsewhere, or the deploy has ended.',
	413: 'It was larger than one request may be: send it in several.',
	415: 'Its Content-Encoding is not known: use gzip, deflate, br, zstd or none.',
	429: 'The server had more to write than it could take: send it again.',
	500: 'Something went wrong on the server. Its log says what.',
	503: 'The server or its database was away for a moment: send it again.'
};

const numbers = new Intl.NumberFormat('en');
const count = (lines: number) => `${numbers.format(lines)} ${lines === 1 ? 'line' : 'lines'}`;

/** What to say about the last request with a key. */
export function outcomeOf({ status, lines }: KeyRequest): Outcome {
	const ok = status < 400;
	if (!lines) return { ok, text: ok ? 'Answered' : 'Refused', advice: ok ? null : (advice[status] ?? null) };
	const { accepted, rejected } = lines;
	if (accepted + rejected === 0)
		return { ok, text: 'Refused', advice: 'The body was empty: send at least one line.' };
	const parts = [`Accepted ${count(accepted)}`, rejected > 0 ? `rejected ${count(rejected)}` : ''];
	return { ok: ok && rejected === 0, text: parts.filter(Boolean).join(', '), advice: null };
}
