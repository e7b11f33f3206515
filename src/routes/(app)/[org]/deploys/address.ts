import { resolve } from '$app/paths';
import type { ResolvedPathname } from '$app/types';
import type { Filters } from '$live/deploy-api.ts';

/** The URL of the list of matching deploys, from the newest or from before one. */
export function of(org: string, filters: Filters, before: string | null = null): ResolvedPathname {
	const parameters = new URLSearchParams();
	for (const [name, value] of Object.entries({ ...filters, before })) if (value) parameters.set(name, value);
	if (parameters.size === 0) return resolve('/(app)/[org]/deploys', { org });
	return resolve(`/(app)/[org]/deploys?${parameters}`, { org });
}
