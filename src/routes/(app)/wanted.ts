import { error } from '@sveltejs/kit';
import * as pages from '$server/lists/pages';

/** The page of a list that a URL asks for, by that parameter; refused with a sentence if unreadable. */
export function wantedOf(url: URL, parameter = 'page'): pages.ListQuery {
	const parsed = pages.parse(url.searchParams, parameter);
	if (!parsed.ok) error(400, parsed.detail);
	return parsed.wanted;
}
