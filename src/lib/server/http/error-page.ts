/**
 * A page with one sentence, for requests refused before any page of ours can be rendered. `template` is src/error.html, with
 * SvelteKit's placeholders.
 */
export function errorPage(template: string, status: number, message: string): Response {
	const page = template
		.replaceAll('%sveltekit.status%', String(status))
		.replaceAll('%sveltekit.error.message%', () => escaped(message));
	return new Response(page, { status, headers: { 'content-type': 'text/html; charset=utf-8' } });
}

/** Whether a request comes from a browser that will show the answer: not from a script or another program. */
export function wantsPage({ headers, url }: Request): boolean {
	if (headers.has('x-sveltekit-action') || new URL(url).pathname.startsWith('/api/')) return false;
	return headers.get('accept')?.includes('text/html') ?? false;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => entities[character] ?? '');
