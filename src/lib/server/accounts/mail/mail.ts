import nodemailer from 'nodemailer';
import type { Config } from '../../config.ts';

export interface Mail {
	to: string;
	subject: string;
	/** Plain text: the only kind we send, so that nothing anybody typed is ever markup. */
	text: string;
}

/** Hands a mail to the server of `SMTP_URL`. Rejects if that does not take it. */
export type SendMail = (mail: Mail) => Promise<void>;

/** Hands a mail over without anybody waiting for it, so that an answer tells nothing by when it comes. */
export type Post = (mail: Mail) => void;

/** How long a mail server may take to connect or to answer, in ms. */
const patience = 10_000;

/** Asks programs that answer mails by themselves not to: RFC 3834, 5. */
const headers = { 'auto-submitted': 'auto-generated' };

/** What sends mails, or null if no mail server is configured. */
export function mailer(config: Config['mail']): SendMail | null {
	if (!config) return null;
	const timeouts = { connectionTimeout: patience, greetingTimeout: patience, socketTimeout: patience };
	const transport = nodemailer.createTransport({ url: config.smtpUrl, ...timeouts }, { from: config.from });
	// As an object, so that an address is one address, whatever commas it has.
	return async ({ to, ...mail }) =>
		void (await transport.sendMail({ ...mail, headers, to: { name: '', address: to } }));
}

/** Sends in the background; what fails is told to `failed`. */
export function poster(send: SendMail, failed: (error: unknown) => void): Post {
	return (mail) => void send(mail).catch(failed);
}
