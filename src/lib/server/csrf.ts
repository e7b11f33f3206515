const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a request must be refused as forged (API.md, "Who is asking"): it would change something, it carries a cookie and
 * no key, and it does not say that it comes from our own pages. Browsers send `Origin` with every such request.
 */
export function isForged(request: Request, ownOrigin: string): boolean {
	if (safeMethods.has(request.method) || request.headers.has('authorization')) return false;
	const origin = request.headers.get('origin');
	if (origin !== null) return origin !== ownOrigin && !isOwnHost(origin, request);
	return request.headers.has('cookie') && request.headers.get('sec-fetch-site') !== 'same-origin';
}

/** The same host under another scheme: behind a proxy that ends TLS, without ORIGIN set. */
function isOwnHost(origin: string, request: Request): boolean {
	return URL.canParse(origin) && new URL(origin).host === request.headers.get('host');
}
