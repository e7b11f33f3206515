const titles: Record<number, string> = {
	400: 'Bad Request',
	401: 'Unauthorized',
	403: 'Forbidden',
	404: 'Not Found',
	413: 'Content Too Large',
	415: 'Unsupported Media Type',
	429: 'Too Many Requests',
	500: 'Internal Server Error',
	503: 'Service Unavailable'
};

/** Statuses after which the same request may succeed later. */
const passing = new Set([429, 503]);

/**
 * An error answer as `application/problem+json` (RFC 9457). `detail` says what to do about it; 429 and 503 carry
 * `Retry-After`, in seconds.
 */
export function problem(
	status: number,
	detail: string,
	fields: Record<string, unknown> = {},
	retryAfterS = 1
): Response {
	const headers = new Headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
	if (passing.has(status)) headers.set('retry-after', String(retryAfterS));
	if (status === 401) headers.set('www-authenticate', 'Bearer realm="Tailrace"');
	const body = { type: 'about:blank', title: titles[status] ?? 'Error', status, detail, ...fields };
	return new Response(JSON.stringify(body), { status, headers });
}
