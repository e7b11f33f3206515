import type { Tenant } from '../server/site.ts';

/** Sends one of the settings' forms, as a browser without JavaScript does. */
export async function submit(
	tenant: Tenant,
	action: string,
	fields: Record<string, string>,
	slug = tenant.org.slug,
	headers: Record<string, string> = { accept: 'text/html' }
): Promise<Response> {
	const owner = await tenant.signedIn();
	return owner.fetch(`/${slug}/settings?/${action}`, {
		method: 'POST',
		body: String(new URLSearchParams(fields)),
		headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
		redirect: 'manual'
	});
}

/** What a browser without JavaScript is shown of the settings, and the rows and places in its lists. */
export async function look(tenant: Tenant, path: string, fields?: Record<string, string>) {
	const form = fields && { method: 'POST', body: new URLSearchParams(fields) };
	const headers = { accept: 'text/html' };
	const answer = await (
		await tenant.signedIn()
	).fetch(`/${tenant.org.slug}/settings${path}`, { ...form, headers });
	const text = await answer.text();
	const rows = text
		.split('<tbody')
		.slice(1)
		.map((body) => body.split('</tbody>')[0]?.split('<tr').length);
	const places = [...text.matchAll(/page (\d+) of (\d+)/g)].map(([place]) => place);
	return { text, rows: rows.map((count = 1) => count - 1), places };
}

/** The status and target of a redirect. */
export const locationOf = (answer: Response) => [answer.status, answer.headers.get('location')];
