import type { Faults, SignIn } from './forms.ts';
import type { Passwords } from './passwords.ts';
import type { Queryable } from './queryable.ts';
import * as rateLimits from './rate-limits.ts';
import * as users from './users.ts';

export type SignedIn =
	| { ok: true; userId: string }
	| { ok: false; status: 400; faults: Faults }
	| (Limited & { ok: false; status: 429 });

export interface Limited {
	faults: Faults;
	retryAfterS: number;
}

/** Per address, and per account that is tried, whether it exists or not. */
const perAddress = { limit: 20, windowMs: 5 * 60_000 };
const perAccount = { limit: 10, windowMs: 15 * 60_000 };

/**
 * Says whose password it is. An account that does not exist gets the same answer after the same work and the same counting,
 * so that nobody learns which ones do. A session is for the caller to begin.
 */
export async function signIn(
	sql: Queryable,
	passwords: Passwords,
	{ email, password }: SignIn,
	address: string
): Promise<SignedIn> {
	const account = `sign-in:account:${email}`;
	const attempts = await Promise.all([
		rateLimits.attempt(sql, `sign-in:address:${rateLimits.networkOf(address)}`, perAddress),
		rateLimits.attempt(sql, account, perAccount)
	]);
	const retryAfterS = Math.max(...attempts.map((attempt) => attempt.retryAfterS));
	if (retryAfterS > 0) return { ok: false, status: 429, faults: tooMany(retryAfterS), retryAfterS };

	const user = await users.findByEmail(sql, email);
	const isRight = user
		? await passwords.verify(user.passwordHash, password)
		: await passwords.verifyNobody(password);
	if (!user || !isRight) return { ok: false, status: 400, faults: wrong };

	await rateLimits.reset(sql, account);
	return { ok: true, userId: user.id };
}

const wrong: Faults = { form: 'The e-mail address or the password is wrong.' };

/** For a form that was sent too often. */
export function tooMany(retryAfterS: number): Faults {
	const minutes = Math.ceil(retryAfterS / 60);
	return { form: `Too many attempts. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.` };
}
