import * as v from 'valibot';
import { searched } from './audit/filter.ts';

/** Where in a list a page of it lies. */
export interface Place {
	/** How many there are on all pages. */
	total: number;
	/** From 1. */
	page: number;
	pages: number;
}

export interface Page<Item> extends Place {
	items: Item[];
}

/** What is asked of a list: whatever has all words of `q`, and which page of that. */
export interface Wanted {
	q: string;
	/** From 1. */
	page: number;
}

/** Rows of a page. */
export const shown = 50;

const pageNumber = v.pipe(
	v.string(),
	v.regex(/^[1-9]\d{0,5}$/, 'There is no such page: begin at the first.'),
	v.transform(Number)
);

/**
 * Reads the parameters of a list's address; an empty one is none, and those of others are left alone. `name` is what the
 * number of the page is called, where an address has several lists.
 */
export function parse(
	searchParams: URLSearchParams,
	name = 'page'
): { ok: true; wanted: Wanted } | { ok: false; detail: string } {
	const textOf = (parameter: string) => searchParams.get(parameter)?.trim() || undefined;
	const parameters = v.object({ q: v.optional(searched, ''), page: v.optional(pageNumber, '1') });
	const parsed = v.safeParse(parameters, { q: textOf('q'), page: textOf(name) });
	if (!parsed.success) return { ok: false, detail: parsed.issues[0].message };
	return { ok: true, wanted: parsed.output };
}

/** The place of a page among so many rows; of one after the last, which may have been there before, that of the last. */
export function placeOf(total: number, { page }: Wanted): Place {
	const pages = Math.max(1, Math.ceil(total / shown));
	return { total, page: Math.min(page, pages), pages };
}

/** How many rows lie before a page. */
export const before = ({ page }: Pick<Place, 'page'>) => (page - 1) * shown;
