import { resolve } from '$app/paths';
import type { ResolvedPathname } from '$app/types';
import { cap } from '$live/lines.ts';

/** The page of a deploy, at the end of its log. */
export function of(org: string, id: string): ResolvedPathname {
	return resolve('/(app)/[org]/deploys/[id]', { org, id });
}

/** The page with the lines before `first`, scrolled to where the reader was. */
export function before(org: string, id: string, first: number): ResolvedPathname {
	const line = Math.max(1, first - cap / 2);
	return resolve(`/(app)/[org]/deploys/[id]?line=${line}#L${first - 1}`, { org, id });
}

/** The page with the lines after `last`. */
export function after(org: string, id: string, last: number): ResolvedPathname {
	return resolve(`/(app)/[org]/deploys/[id]?line=${last + cap / 2}#L${last + 1}`, { org, id });
}
