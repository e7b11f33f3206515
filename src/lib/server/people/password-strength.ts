import * as commonPasswords from './common-passwords.ts';

/**
 * Characters, each code point counting as one, and no composition rules: NIST SP 800-63B, 5.1.1.2. Its revision 4 of 2025
 * (3.1.1.2) wants at least 64 allowed, as here, and at least 15 where only a password is asked for: 8 is revision 3's, kept
 * because people have shorter ones and guesses are limited (limits/attempts.ts; docs/decisions, 0028).
 */
export const shortest = 8;
export const longest = 128;

/**
 * Whether a text is too long for a password before it is even read: NFKC makes up to 18 characters of one (U+FDFA), and 10 MiB
 * of those blocked the server for 25 s. Composed characters have up to four code units (Unicode's FAQ on normalization).
 */
export function isOverlong(password: string): boolean {
	return password.length > 4 * longest;
}

/**
 * What is wrong with an account's password, as a sentence to show, or null: its length, or being easy to guess. The whole
 * password is compared, not its parts (NIST SP 800-63B-4, 3.1.1.2); `context` is further words that someone would guess, such
 * as the organization's name.
 */
export function fault(password: string, email: string, context: string[] = []): string | null {
	if (isOverlong(password)) return tooLong;
	const text = normalize(password);
	const length = [...text].length;
	if (length < shortest) return `Use at least ${shortest} characters.`;
	if (length > longest) return tooLong;
	if (text.toLowerCase() === email.toLowerCase()) return 'Your password can’t be your e-mail address.';
	if (commonPasswords.has(text)) return 'This password is too common and easy to guess.';
	const guessed = ['tailrace', email.split('@')[0] ?? '', ...context].map(lettersOf);
	const letters = lettersOf(text);
	const isPadded = length - [...letters].length < shortest;
	if (letters.length >= shortestWord && isPadded && guessed.includes(letters))
		return 'This password is easy to guess: it is little more than your name, your organization or “tailrace”.';
	return null;
}

const tooLong = `Use at most ${longest} characters.`;

/** Shorter words say nothing about the rest of a password. */
const shortestWord = 4;

/** A word without the digits and signs that lengthen it: `Acme-Corp2026!` is `acmecorp`. */
function lettersOf(text: string): string {
	return normalize(text)
		.toLowerCase()
		.replace(/[^\p{L}]/gu, '');
}

/** Makes the same characters the same bytes on every keyboard: NFKC, as NIST SP 800-63B, 5.1.1.2 asks. */
export function normalize(password: string): string {
	return password.normalize('NFKC');
}
