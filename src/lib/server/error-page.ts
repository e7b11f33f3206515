/**
 * A page that says one sentence, for what is refused before any page of ours can be rendered. `template` is src/error.html,
 * with the places that SvelteKit fills in.
 */
export function errorPage(template: string, status: number, message: string): Response {
	const page = template
		.replaceAll('%sveltekit.status%', String(status))
		.replaceAll('%sveltekit.error.message%', () => escaped(message));
	return new Response(page, { status, headers: { 'content-type': 'text/html; charset=utf-8' } });
}

/** Whether a request comes from a browser that will show what it is answered: not from a script, nor a program. */
export function wantsPage({ headers, url }: Request): boolean {
	if (headers.has('x-sveltekit-action') || new URL(url).pathname.startsWith('/api/')) return false;
	return headers.get('accept')?.includes('text/html') ?? false;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => entities[character] ?? '');
