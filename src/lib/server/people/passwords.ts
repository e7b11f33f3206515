import * as argon2 from '@node-rs/argon2';
import pLimit from 'p-limit';
import { isOverlong, normalize } from './password-strength.ts';

export interface Passwords {
	/** Throws for an overlong one: where people choose a password, ask `fault` first. */
	hash(password: string): Promise<string>;
	/** An overlong password is simply a wrong one. */
	verify(hash: string, password: string): Promise<boolean>;
	/** Does the work of `verify` for an account that does not exist; always false. */
	verifyNobody(password: string): Promise<false>;
	/** Does such work for strangers in a crowd, one after another. Null if ten are already waiting. */
	aside<Result>(work: () => Promise<Result>): Promise<Result> | null;
}

/** OWASP, Password Storage Cheat Sheet: argon2id (the package's default) with 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

/** Strangers in a crowd: about half a second of work. */
const mostWaiting = 10;

/** Hashes, two at a time: each takes 19 MiB, and half of libuv's four threads stay free for files and DNS. */
export function passwords(): Passwords {
	const limit = pLimit(2);
	const crowd = pLimit(1);

	async function hash(password: string): Promise<string> {
		if (isOverlong(password)) throw new RangeError('a password is too long to be hashed');
		return limit(() => argon2.hash(normalize(password), cost));
	}

	async function verify(hash: string, password: string): Promise<boolean> {
		if (isOverlong(password)) return false;
		return limit(() => argon2.verify(hash, normalize(password)));
	}

	async function verifyNobody(password: string): Promise<false> {
		if (!isOverlong(password)) await hash(password); // `verify` does one comparison more
		return false;
	}

	function aside<Result>(work: () => Promise<Result>): Promise<Result> | null {
		return crowd.pendingCount >= mostWaiting ? null : crowd(work);
	}

	return { hash, verify, verifyNobody, aside };
}
