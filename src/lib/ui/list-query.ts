/**
 * The position in the lists of a page, as a query that omits first pages: the search text, and each list's page number, by its
 * parameter; `action` first, if it is where a form goes.
 */
export function queryOf(q: string, pages: Record<string, number>, action?: string): `?${string}` {
	const place = new URLSearchParams();
	if (q !== '') place.set('q', q);
	for (const [parameter, page] of Object.entries(pages)) if (page > 1) place.set(parameter, String(page));
	return `?${[action === undefined ? '' : `/${action}`, String(place)].filter(Boolean).join('&')}`;
}
