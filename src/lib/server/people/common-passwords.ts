import common from '@zxcvbn-ts/language-common';

let known: Set<string> | null = null;

/** Whether a password is among the 49,233 most used according to leaks, ignoring case. */
export function has(password: string): boolean {
	known ??= new Set(common.dictionary['passwords-common']);
	return known.has(password.toLowerCase());
}
