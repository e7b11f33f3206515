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
	return letter(to, 'Set a new password for Tailrace', [
		`Somebody at ${where(asked)} asked to set a new password for your account at ${asked.origin}.`,
		`To do so, open this link within an hour. It works once.\n${link}`,
		'If it was not you, do nothing: your password stays as it is.'
	]);
}

/** To a new address, before an account takes it. */
export function confirmEmail(to: string, link: string, asked: Asked): Mail {
	return letter(to, 'Confirm your address for Tailrace', [
		`Somebody at ${where(asked)} asked to make this the address of their account at ${asked.origin}.`,
		`If it was you, open this link within a day, signed in to that account. It works once.\n${link}`,
		'If it was not you, do nothing: nothing changes.'
	]);
}

/** To the requested new address of an account, if another account already has it. */
export function emailIsTaken(to: string, asked: Asked): Mail {
	return letter(to, 'You have an account at Tailrace', [
		`Somebody at ${where(asked)} asked to make this the address of their account at ${asked.origin}.`,
		'There is another account with this address, so nothing was changed.',
		'If it was you, give that account another address first. If it was not you, do nothing.'
	]);
}

/** To an account's old address, after a change. */
export function emailChanged(to: string, newEmail: string, asked: Asked): Mail {
	return letter(to, 'Your address at Tailrace was changed', [
		`The address of your account at ${asked.origin} is now ${newEmail}. It was changed from ${where(asked)}.`,
		'If it was not you, ask the administrator of that server at once to set a new password for your account.'
	]);
}

/** To an address used to sign up. */
export function confirmSignUp(to: string, link: string, asked: Asked): Mail {
	return letter(to, 'Confirm your account at Tailrace', [
		`Somebody at ${where(asked)} signed up at ${asked.origin} with your address, and chose the password.`,
		`If it was you, open this link within a day and type that password again. It works once.\n${link}`,
		'If it was not you, do nothing: then there will be no account.'
	]);
}

/** To the owner of an account whose address was used to sign up. */
export function hasAccount(to: string, asked: Asked): Mail {
	return letter(to, 'You have an account at Tailrace', [
		`Somebody at ${where(asked)} signed up at ${asked.origin} with your address, but you have an account there.`,
		`To sign in: ${asked.origin}/sign-in\nIf you forgot the password: ${asked.origin}/reset-password`,
		'If it was not you, do nothing: nothing was changed.'
	]);
}

function letter(to: string, subject: string, paragraphs: string[]): Mail {
	return { to, subject, text: `${paragraphs.join('\n\n')}\n` };
}

function where({ from }: Asked): string {
	return `the network address ${from.address ?? "of the server's own machine"}`;
}
