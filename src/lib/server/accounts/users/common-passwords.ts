import common from '@zxcvbn-ts/language-common';

let known: Set<string> | null = null;

/** Whether a password is among the 49,233 that leaks have shown to be used most, whatever its letters' case. */
export function has(password: string): boolean {
	known ??= new Set(common.dictionary['passwords-common']);
	return known.has(password.toLowerCase());
}
