/** The headers of every answer; the pages' Content-Security-Policy comes from svelte.config.js. */
const headers = {
	'x-content-type-options': 'nosniff',
	'x-frame-options': 'DENY',
	'referrer-policy': 'same-origin',
	'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
	'cross-origin-resource-policy': 'same-origin'
};

/**
 * Adds the security headers to a response and returns it. No browser or proxy stores its content (RFC 9111, 5.2.2.5), unless it
 * is marked public: after signing out, Back would show it.
 */
export function secure(response: Response): Response {
	for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
	const directives = response.headers.get('cache-control') ?? '';
	if (!/\b(public|no-store)\b/.test(directives)) response.headers.set('cache-control', 'no-store');
	return response;
}
