/** What every answer carries; the Content-Security-Policy of the pages comes from svelte.config.js. */
const headers = {
	'x-content-type-options': 'nosniff',
	'x-frame-options': 'DENY',
	'referrer-policy': 'same-origin',
	'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
	'cross-origin-resource-policy': 'same-origin'
};

/** Adds the security headers to a response and returns it. */
export function secure(response: Response): Response {
	for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
	return response;
}
