import * as v from 'valibot';
import { scopes } from '../postgres/words.ts';
import { line } from '../forms/forms.ts';

/** Lifetimes to choose from for a key, in days; null is unlimited. */
export const lifetimes = { never: null, '30': 30, '90': 90, '365': 365 } as const;

const day = 86_400_000; // ms
const noScope = 'Choose at least one.';
const noLifetime = 'Choose when it expires.';

/** For a new key. */
export const newKey = v.object({
	name: v.pipe(line, v.nonEmpty('Enter a name.')),
	scopes: v.pipe(
		v.array(v.string(), noScope),
		v.transform((chosen) => scopes.filter((scope) => chosen.includes(scope))),
		v.minLength(1, noScope)
	),
	expires: v.pipe(
		v.picklist(Object.keys(lifetimes) as (keyof typeof lifetimes)[], noLifetime),
		v.transform((lifetime) => lifetimes[lifetime]),
		v.transform((days) => (days === null ? null : new Date(Date.now() + days * day)))
	)
});
