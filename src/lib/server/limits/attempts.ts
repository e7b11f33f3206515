import type { Queryable } from '../postgres/queryable.ts';
import * as rateLimits from './rate-limits.ts';
import type { TooMany } from '../forms/refusal.ts';

/**
 * What strangers may try on accounts. A network is not a person: behind a proxy missing from TRUSTED_PROXIES everyone shares
 * one. So a refusal covers one account from one network, and only the attacked account.
 */
export interface Bounds {
	/** On one account from one network. */
	together: rateLimits.Limit;
	/** From one network, whatever the account. A network over it counts as crowded, which alone refuses nobody. */
	network: rateLimits.Limit;
	/** On one account from a crowded network, instead of `together`. */
	crowded: rateLimits.Limit;
	/** On one account from all networks without a recent sign-in to it. */
	account?: rateLimits.Limit;
}

/** Whether an attempt may proceed. `isCrowded`: it comes from a crowded network. `isNoted`: it is worth recording. */
export type Counted = { refused: null; isCrowded: boolean; isNoted: boolean } | { refused: TooMany };

/** The account's e-mail address, whether or not it exists, and the address the request comes from. */
export interface Attempt {
	purpose: 'sign-in' | 'password-reset';
	email: string;
	address: string | null;
}

/** How long an account is at home in a network after a sign-in there, in ms: as long as a session. */
const atHomeMs = 30 * 24 * 60 * 60_000;

/**
 * Counts an attempt. A network with a sign-in to the account within 30 days counts by `together` alone, so strangers, there or
 * elsewhere, cannot lock out people who come from their usual place.
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
	// Trying many accounts from one network would fill the audit: the first attempt over the limit stands for all.
	const isNoted = ofNetwork.allowed || ofNetwork.isFirst;
	if (refusedToo) return { refused: { ...refusedToo, isFirst: refusedToo.isFirst && isNoted } };
	return { refused: null, isCrowded, isNoted };
}

/** After a sign-in: the account is at home in that network, and its counts there and everywhere restart. */
export async function succeeded(sql: Queryable, attempt: Attempt): Promise<void> {
	const network = rateLimits.networkOf(attempt.address);
	const account = accountOf(attempt);
	for (const by of [network, `crowded ${network}`, 'everywhere']) await rateLimits.reset(sql, [account, by]);
	await settleIn(sql, attempt);
}

/** Makes the account at home in that network from now on. */
export async function settleIn(sql: Queryable, at: Pick<Attempt, 'email' | 'address'>): Promise<void> {
	await rateLimits.reset(sql, homeOf(at));
	await rateLimits.attempt(sql, homeOf(at), { limit: 1, windowMs: atHomeMs });
}

/** Restarts the counts of an account in all networks, as after a new password. */
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
