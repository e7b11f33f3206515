import nodemailer from 'nodemailer';
import type { Config } from '../config.ts';
import { Undeliverable } from '../outbox/delivery.ts';

export interface Mail {
	to: string;
	subject: string;
	/** Plain text: the only kind we send, so that no user input is ever markup. */
	text: string;
}

/** Hands a mail to the server of `SMTP_URL`. Rejects if it does not take it, with Undeliverable if it never will. */
export type SendMail = (mail: Mail) => Promise<void>;

/** Time limit for a mail server to connect or to answer, in ms. */
const patience = 10_000;

/** Asks programs that answer mails automatically not to: RFC 3834, 5. */
const headers = { 'auto-submitted': 'auto-generated' };

/** The mail sender, or null if no mail server is configured. */
export function mailer(config: Config['mail']): SendMail | null {
	if (!config) return null;
	const timeouts = { connectionTimeout: patience, greetingTimeout: patience, socketTimeout: patience };
	const transport = nodemailer.createTransport({ url: config.smtpUrl, ...timeouts }, { from: config.from });
	// As an object, so that an address stays one address, whatever commas it has.
	return async ({ to, ...mail }) => {
		try {
			await transport.sendMail({ ...mail, headers, to: { name: '', address: to } });
		} catch (error) {
			throw isForGood(error) ? new Undeliverable('the mail server refuses it', { cause: error }) : error;
		}
	};
}

/**
 * Whether the recipient is at fault: the library itself refuses such an address (`API`), or the mail server did with a
 * permanent code (RFC 5321, 4.2.1). A fault on our side (the sender, the sign-in) may be fixed.
 */
function isForGood(error: unknown): boolean {
	type SmtpError = { code?: string; command?: string; responseCode?: number };
	const { code, command, responseCode = 0 } = (error ?? {}) as SmtpError;
	if (code !== 'EENVELOPE') return false;
	return command === 'API' || (command === 'RCPT TO' && responseCode >= 500);
}
