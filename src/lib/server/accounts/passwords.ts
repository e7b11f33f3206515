import * as argon2 from '@node-rs/argon2';
import pLimit from 'p-limit';

/** Characters. NIST SP 800-63B, 5.1.1.2: at least 8, at least 64 allowed, each code point counts as one, and no rules of composition. */
export const shortest = 8;
export const longest = 128;

export interface Passwords {
	hash(password: string): Promise<string>;
	verify(hash: string, password: string): Promise<boolean>;
	/** Does the work of `verify` for an account that does not exist; always false. */
	verifyNobody(password: string): Promise<false>;
}

/** OWASP, Password Storage Cheat Sheet: argon2id (the package's default) with 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

/**
 * Hashes, two at a time, for each takes 19 MiB, and half of libuv's four threads stay free for files and DNS.
 */
export function passwords(): Passwords {
	const limit = pLimit(2);
	const hash = (password: string) => limit(() => argon2.hash(normalize(password), cost));
	const verify = (hash: string, password: string) => limit(() => argon2.verify(hash, normalize(password)));

	async function verifyNobody(password: string): Promise<false> {
		await hash(password); // of which `verify` is a comparison more
		return false;
	}

	return { hash, verify, verifyNobody };
}

/** What is wrong with a password for a new account, as a sentence to show, or null. */
export function fault(password: string, email: string): string | null {
	const length = [...normalize(password)].length;
	if (length < shortest) return `Use at least ${shortest} characters.`;
	if (length > longest) return `Use at most ${longest} characters.`;
	if (normalize(password).toLowerCase() === email.toLowerCase())
		return 'Use something else than your e-mail address.';
	return null;
}

/** The same characters give the same bytes from every keyboard: NFKC, as NIST SP 800-63B, 5.1.1.2 asks. */
function normalize(password: string): string {
	return password.normalize('NFKC');
}
