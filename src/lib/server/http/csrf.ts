const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Where a key, if present, decides instead of the cookie. Page forms use the cookie, whatever header they have. */
const takesKeys = /^\/api\//;

/**
 * Whether a request must be refused as forged (API.md, "Who is asking"): it would change something, carries a cookie and no
 * key, and does not say that it comes from our own pages. Browsers send `Origin` with every such request.
 */
export function isForged(request: Request, ownOrigin: string): boolean {
	if (safeMethods.has(request.method) || goesByKey(request)) return false;
	const origin = request.headers.get('origin');
	if (origin !== null) return origin !== ownOrigin && !isOwnHost(origin, request);
	return request.headers.has('cookie') && request.headers.get('sec-fetch-site') !== 'same-origin';
}

/**
 * Whether a form was opened over http on a server whose ORIGIN is https: the answer's cookie would be secure, and the browser
 * would drop it.
 */
export function isOpenedInsecurely(request: Request, ownOrigin: string): boolean {
	return ownOrigin.startsWith('https:') && (request.headers.get('origin') ?? '').startsWith('http:');
}

function goesByKey({ headers, url }: Request): boolean {
	return headers.has('authorization') && takesKeys.test(new URL(url).pathname);
}

/** The same host under another scheme: behind a proxy that terminates TLS, without ORIGIN set. */
function isOwnHost(origin: string, request: Request): boolean {
	return URL.canParse(origin) && new URL(origin).host === request.headers.get('host');
}

/**
 * What to do about a request refused as forged. It may be no attack: behind a proxy that does not pass on our public host
 * (nginx by default), or with an ORIGIN that is not the address in use, every form would be refused.
 */
export function explain(request: Request, configuredOrigin: string | null): string {
	const origin = request.headers.get('origin') ?? '';
	const isElsewhere = request.headers.get('sec-fetch-site') === 'cross-site';
	if (isElsewhere || !/^https?:\/\//.test(origin) || !URL.canParse(origin)) return fromElsewhere;
	if (configuredOrigin !== null) {
		return `This page was opened at ${origin}, but the setting ORIGIN is ${configuredOrigin}. Open Tailrace there, or correct ORIGIN.`;
	}
	const host = request.headers.get('host') ?? '';
	return (
		`This page was opened at ${origin}, but the request reached Tailrace as ${host}. If ${origin} is the address of ` +
		`Tailrace, set ORIGIN=${origin}, because the proxy does not pass on the Host header. If not, open Tailrace itself.`
	);
}

const fromElsewhere = 'This request came from another site. Open Tailrace itself and try again.';
