import type { From } from '../audit/audit.ts';
import type { Mail } from './mail.ts';

/** Who asked for a mail, and this server's origin as browsers see it. */
export interface Asked {
	from: From;
	origin: string;
}

/**
 * Every mail about an account. None carries text that its sender could choose (a name, an organization): otherwise anyone could
 * write to strangers in our name.
 */

/** For a forgotten password. */
export function resetPassword(to: string, link: string, asked: Asked): Mail {
	return letter(to, 'Reset your Tailrace password', [
		`Someone at ${where(asked)} asked to set a new password for your account at ${asked.origin}.`,
		`To set it, open this link within an hour. It works only once.\n${link}`,
		"If it wasn't you, ignore this email. Your password stays the same."
	]);
}

/** To a new address, before an account takes it. */
export function confirmEmail(to: string, link: string, asked: Asked): Mail {
	return letter(to, 'Confirm your Tailrace address', [
		`Someone at ${where(asked)} asked to use this address for their account at ${asked.origin}.`,
		`If it was you, open this link within a day while signed in to that account. It works only once.\n${link}`,
		"If it wasn't you, ignore this email. Nothing will change."
	]);
}

/** To the requested new address of an account, if another account already has it. */
export function emailIsTaken(to: string, asked: Asked): Mail {
	return letter(to, 'You already have a Tailrace account', [
		`Someone at ${where(asked)} asked to use this address for their account at ${asked.origin}.`,
		'Another account already has this address, so nothing was changed.',
		"If it was you, change that account's address first. If it wasn't you, ignore this email."
	]);
}

/** To an account's old address, after a change. */
export function emailChanged(to: string, newEmail: string, asked: Asked): Mail {
	return letter(to, 'Your Tailrace address was changed', [
		`The address of your account at ${asked.origin} is now ${newEmail}. It was changed from ${where(asked)}.`,
		"If it wasn't you, ask that server's administrator immediately to set a new password for your account."
	]);
}

/** To an address used to sign up. */
export function confirmSignUp(to: string, link: string, asked: Asked): Mail {
	return letter(to, 'Confirm your Tailrace account', [
		`Someone at ${where(asked)} signed up at ${asked.origin} with your address and chose the password.`,
		`If it was you, open this link within a day and enter that password again. It works only once.\n${link}`,
		"If it wasn't you, ignore this email and no account will be created."
	]);
}

/** To the owner of an account whose address was used to sign up. */
export function hasAccount(to: string, asked: Asked): Mail {
	return letter(to, 'You already have a Tailrace account', [
		`Someone at ${where(asked)} signed up at ${asked.origin} with your address, but you already have an account there.`,
		`To sign in: ${asked.origin}/sign-in\nIf you forgot the password: ${asked.origin}/reset-password`,
		"If it wasn't you, ignore this email. Nothing was changed."
	]);
}

function letter(to: string, subject: string, paragraphs: string[]): Mail {
	return { to, subject, text: `${paragraphs.join('\n\n')}\n` };
}

function where({ from }: Asked): string {
	return `the network address ${from.address ?? "of the server's own machine"}`;
}
