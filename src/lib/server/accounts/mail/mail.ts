import nodemailer from 'nodemailer';
import type { Config } from '../../config.ts';
import { Undeliverable } from '../../outbox/delivery.ts';

export interface Mail {
	to: string;
	subject: string;
	/** Plain text: the only kind we send, so that nothing anybody typed is ever markup. */
	text: string;
}

/** Hands a mail to the server of `SMTP_URL`. Rejects if that does not take it, with Undeliverable if it never will. */
export type SendMail = (mail: Mail) => Promise<void>;

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
	return async ({ to, ...mail }) => {
		try {
			await transport.sendMail({ ...mail, headers, to: { name: '', address: to } });
		} catch (error) {
			throw isForGood(error) ? new Undeliverable('the mail server refuses it', { cause: error }) : error;
		}
	};
}

/**
 * Whether it is the recipient that cannot be: the library refuses such an address itself (`API`), or the mail server did with a
 * permanent code (RFC 5321, 4.2.1). What it refuses of us (a sender, a sign-in) may be mended.
 */
function isForGood(error: unknown): boolean {
	type SmtpError = { code?: string; command?: string; responseCode?: number };
	const { code, command, responseCode = 0 } = (error ?? {}) as SmtpError;
	if (code !== 'EENVELOPE') return false;
	return command === 'API' || (command === 'RCPT TO' && responseCode >= 500);
}
