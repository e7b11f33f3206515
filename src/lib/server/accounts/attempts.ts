import type { Queryable } from './queryable.ts';
import * as rateLimits from './rate-limits.ts';
import type { TooMany } from './refusal.ts';

/**
 * What strangers may try on accounts. A network is not a person: behind a proxy that is not in TRUSTED_PROXIES everybody
 * is one. So what is refused is refused for an account and a network together, and only the account that is attacked.
 */
export interface Bounds {
	/** On one account from one network. */
	together: rateLimits.Limit;
	/** From one network, whatever the account. A network over it is crowded, which refuses nobody by itself. */
	network: rateLimits.Limit;
	/** On one account from a crowded network, instead of `together`. */
	crowded: rateLimits.Limit;
	/** On one account from all networks from which nobody has signed in to it lately. */
	account?: rateLimits.Limit;
}

/** Whether an attempt may go on. `isCrowded`: it comes from a crowd of strangers. `isNoted`: it is worth recording. */
export type Counted = { refused: null; isCrowded: boolean; isNoted: boolean } | { refused: TooMany };

/** Who tries what: an account's e-mail address, whether it exists or not, and where the request comes from. */
export interface Attempt {
	purpose: 'sign-in' | 'password-reset';
	email: string;
	address: string | null;
}

/** How long an account is at home in a network after a sign-in there, in ms: as long as a session. */
const atHomeMs = 30 * 24 * 60 * 60_000;

/**
 * Counts an attempt. A network where the account was signed in to within 30 days counts by `together` alone, so that what
 * strangers do, there or elsewhere, keeps nobody out who comes from where they always do.
 */
export async function count(sql: Queryable, attempt: Attempt, bounds: Bounds): Promise<Counted> {
	const network = rateLimits.networkOf(attempt.address);
	const account = accountOf(attempt);
	const refused = await rateLimits.count(sql, [[[account, network], bounds.together]]);
	if (refused) return { refused };
	if (await isAtHome(sql, attempt)) return { refused: null, isCrowded: false, isNoted: true };

	const ofNetwork = await rateLimits.attempt(sql, `${attempt.purpose}:network:${network}`, bounds.network);
	const isCrowded = !ofNetwork.allowed;
	const keys: rateLimits.Counted[] = [];
	if (isCrowded) keys.push([[account, `crowded ${network}`], bounds.crowded]);
	if (bounds.account) keys.push([[account, 'everywhere'], bounds.account]);
	const refusedToo = await rateLimits.count(sql, keys);
	// Many accounts that are tried from one network would fill the audit: the first beyond its limit stands for them.
	const isNoted = ofNetwork.allowed || ofNetwork.isFirst;
	if (refusedToo) return { refused: { ...refusedToo, isFirst: refusedToo.isFirst && isNoted } };
	return { refused: null, isCrowded, isNoted };
}

/** After a sign-in: the account is at home in that network, and its count there and everywhere begins anew. */
export async function succeeded(sql: Queryable, attempt: Attempt): Promise<void> {
	const network = rateLimits.networkOf(attempt.address);
	const account = accountOf(attempt);
	for (const by of [network, `crowded ${network}`, 'everywhere']) await rateLimits.reset(sql, [account, by]);
	await settleIn(sql, attempt);
}

/** From now on the account is at home in that network. */
export async function settleIn(sql: Queryable, at: Pick<Attempt, 'email' | 'address'>): Promise<void> {
	await rateLimits.reset(sql, homeOf(at));
	await rateLimits.attempt(sql, homeOf(at), { limit: 1, windowMs: atHomeMs });
}

/** Begins the counts of an account anew in all networks, as after a new password. */
export function forget(sql: Queryable, account: Omit<Attempt, 'address'>): Promise<void> {
	return rateLimits.resetAll(sql, accountOf(account));
}

function isAtHome(sql: Queryable, attempt: Attempt): Promise<boolean> {
	return rateLimits.isOpen(sql, homeOf(attempt));
}

const accountOf = ({ purpose, email }: Omit<Attempt, 'address'>) => `${purpose}:account:${email}`;

const homeOf = ({ email, address }: Pick<Attempt, 'email' | 'address'>): rateLimits.Key => [
	`at home:${email}`,
	rateLimits.networkOf(address)
];
