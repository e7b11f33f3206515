/** Where in a list one is, as a query; `action` first, if it is where a form goes. */
export function queryOf(q: string, page: number, action?: string): `?${string}` {
	const place = new URLSearchParams();
	if (q !== '') place.set('q', q);
	if (page > 1) place.set('page', String(page));
	return `?${[action === undefined ? '' : `/${action}`, String(place)].filter(Boolean).join('&')}`;
}
