const titles: Record<number, string> = {
	400: 'Bad Request',
	401: 'Unauthorized',
	403: 'Forbidden',
	404: 'Not Found',
	405: 'Method Not Allowed',
	413: 'Content Too Large',
	415: 'Unsupported Media Type',
	429: 'Too Many Requests',
	500: 'Internal Server Error',
	503: 'Service Unavailable'
};

/** Statuses after which the same request may succeed later. */
const passing = new Set([429, 503]);

/**
 * An error answer as `application/problem+json` (RFC 9457). `detail` says what to do about it; 429 and 503 carry `Retry-After`,
 * in seconds.
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

/** Why a request is refused: what its answer says, in whatever form. */
export interface Refused {
	status: number;
	/** What to do about it. */
	detail: string;
	/** For 429 and 503, in seconds. */
	retryAfterS?: number | undefined;
	/** Further fields of the problem document. */
	fields?: Record<string, unknown> | undefined;
}

/** A refusal as a problem document. */
export function refuse({ status, detail, fields, retryAfterS }: Refused): Response {
	return problem(status, detail, fields, retryAfterS);
}

/**
 * SvelteKit's own answer to an API request (unknown address or method, an internal error) as a problem document; other answers
 * stay as they are.
 */
export function asProblem(response: Response): Response {
	const isProblem = response.headers.get('content-type') === 'application/problem+json';
	if (response.status < 400 || isProblem) return response;
	const allow = response.headers.get('allow');
	const converted = problem(response.status, detailOf(response.status, allow));
	if (allow !== null) converted.headers.set('allow', allow);
	return converted;
}

function detailOf(status: number, allow: string | null): string {
	if (status === 404) return 'Nothing was found at this address: check the URL.';
	if (status === 405) return `This address takes ${allow}.`;
	if (status >= 500) return 'Something went wrong on the server. Its log says what.';
	return 'The request cannot be read: check its address and headers.';
}
