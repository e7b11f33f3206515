import * as v from 'valibot';
import { searched } from './words.ts';

/** Where a page lies in its list. */
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

/** What is asked of a list: the rows with all words of `q`, and which page of them. */
export interface ListQuery {
	q: string;
	/** From 1. */
	page: number;
}

/** Rows per page. */
export const shown = 50;

const pageNumber = v.pipe(
	v.string(),
	v.regex(/^[1-9]\d{0,5}$/, 'This page does not exist: start at the first.'),
	v.transform(Number)
);

/**
 * Reads the parameters of a list's URL; empty ones count as missing, unrelated ones are left alone. `name` is the parameter for
 * the page number, for URLs with several lists.
 */
export function parse(
	searchParams: URLSearchParams,
	name = 'page'
): { ok: true; wanted: ListQuery } | { ok: false; detail: string } {
	const textOf = (parameter: string) => searchParams.get(parameter)?.trim() || undefined;
	const parameters = v.object({ q: v.optional(searched, ''), page: v.optional(pageNumber, '1') });
	const parsed = v.safeParse(parameters, { q: textOf('q'), page: textOf(name) });
	if (!parsed.success) return { ok: false, detail: parsed.issues[0].message };
	return { ok: true, wanted: parsed.output };
}

/** The place of a page among `total` rows; a page past the end, which may have existed, becomes the last. */
export function placeOf(total: number, { page }: ListQuery): Place {
	const pages = Math.max(1, Math.ceil(total / shown));
	return { total, page: Math.min(page, pages), pages };
}

/** How many rows precede a page. */
export const before = ({ page }: Pick<Place, 'page'>) => (page - 1) * shown;
