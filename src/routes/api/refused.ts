import type { Authorized } from '$server/access/authorize';
import { problem } from '$server/http/problem';

/** The answer to an unauthorized request. */
export function refused({ status, detail, retryAfterS }: Authorized & { ok: false }): Response {
	return problem(status, detail, {}, retryAfterS);
}
