import type { Role } from '../postgres/words.ts';
import type { Mail } from './mail.ts';

interface Told {
	email: string;
	role: Role;
	/** The organization's name. */
	organization: string;
	/** The inviter's e-mail address. */
	by: string;
	link: string;
	expiresAt: Date;
}

/** The mail that invites someone. */
export function invitationMail({ email, role, organization, by, link, expiresAt }: Told): Mail {
	const lines = [
		`${by} invites you to the organization "${organization}" on Tailrace, as ${role}.`,
		"Tailrace shows a team's logs and deploys live.",
		`To join, open this link by ${expiresAt.toISOString().slice(0, 16).replace('T', ' ')} UTC:\n${link}`,
		`It works only once, and only for ${email}. If you weren't expecting it, ignore this email.`
	];
	return { to: email, subject: `Invitation to ${organization} on Tailrace`, text: `${lines.join('\n\n')}\n` };
}
