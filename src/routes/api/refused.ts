import type { Authorized } from '$server/accounts/authorize';
import { problem } from '$server/problem';

/** The answer to an unauthorized request. */
export function refused({ status, detail, retryAfterS }: Authorized & { ok: false }): Response {
	return problem(status, detail, {}, retryAfterS);
}
