import { error, fail } from '@sveltejs/kit';
import type { Refused } from '$server/forms/refusal';

/**
 * Answers a refused form with what is wrong and the page's other content (the input); after too many attempts also with when to
 * try again. An invalid link has no form to show: that is an error page.
 */
export function refuse<Shown extends object>(
	{ setHeaders }: { setHeaders(headers: Record<string, string>): void },
	refused: Refused,
	shown: Shown
) {
	if (refused.status === 410) error(410, refused.faults.form ?? '');
	if (refused.status === 429) setHeaders({ 'retry-after': String(refused.retryAfterS) });
	return fail(refused.status, { ...shown, faults: refused.faults });
}
