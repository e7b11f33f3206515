import type { Deploy } from './deploy.ts';

/** Deploys in one answer, at most. */
export const mostListed = 100;
/** Of how many of the newest deploys the names are offered as filters. */
export const mostNamed = 500;

/** One page of a list of which one more than `limit` was asked for; `next` is null at the end of the list. */
export function pageOf(found: readonly Deploy[], limit: number): { deploys: Deploy[]; next: string | null } {
	const deploys = found.slice(0, limit);
	return { deploys, next: found.length > limit ? (deploys.at(-1)?.id ?? null) : null };
}

/** The services and environments of some deploys, by name. */
export function namesIn(deploys: readonly Pick<Deploy, 'service' | 'environment'>[]) {
	const distinct = (names: readonly (string | null)[]) =>
		[...new Set(names.filter((name) => name !== null))].sort();
	return {
		services: distinct(deploys.map(({ service }) => service)),
		environments: distinct(deploys.map(({ environment }) => environment))
	};
}
