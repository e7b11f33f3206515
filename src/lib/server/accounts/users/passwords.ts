import * as argon2 from '@node-rs/argon2';
import pLimit from 'p-limit';
import * as commonPasswords from './common-passwords.ts';

/**
 * Characters, each code point as one, and no rules of composition: NIST SP 800-63B, 5.1.1.2. Its revision 4 of 2025
 * (3.1.1.2) wants at least 64 allowed, as here, and 15 at least where a password is all that is asked for: 8 is
 * revision 3's, kept because guesses are limited to ten in a quarter of an hour.
 */
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

/**
 * What is wrong with a password for an account, as a sentence to show, or null: its length, or that it is one of those
 * that are tried first. The whole password is compared, not what it contains (NIST SP 800-63B-4, 3.1.1.2); `context` are
 * further words that somebody would guess, such as the organization's name.
 */
export function fault(password: string, email: string, context: string[] = []): string | null {
	const text = normalize(password);
	const length = [...text].length;
	if (length < shortest) return `Use at least ${shortest} characters.`;
	if (length > longest) return `Use at most ${longest} characters.`;
	if (text.toLowerCase() === email.toLowerCase()) return 'Use something else than your e-mail address.';
	if (commonPasswords.has(text)) return 'This password is too common: it is among the first that are tried.';
	const guessed = ['tailrace', email.split('@')[0] ?? '', ...context].map(lettersOf);
	const letters = lettersOf(text);
	const isPadded = length - [...letters].length < shortest;
	if (letters.length >= shortestWord && isPadded && guessed.includes(letters))
		return 'This password is too easy to guess: it is little more than a name from here.';
	return null;
}

/** Shorter words say nothing about the rest of a password. */
const shortestWord = 4;

/** A word without the digits and signs that make it longer: `Acme-Corp2026!` is `acmecorp`. */
function lettersOf(text: string): string {
	return normalize(text)
		.toLowerCase()
		.replace(/[^\p{L}]/gu, '');
}

/** The same characters give the same bytes from every keyboard: NFKC, as NIST SP 800-63B, 5.1.1.2 asks. */
function normalize(password: string): string {
	return password.normalize('NFKC');
}
