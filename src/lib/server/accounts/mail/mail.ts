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

/**
 * How long after its post a mail is sent, in ms. Composing it and connecting take processor time of this process: right away they
 * made the answer to who has an account 0.9 ms slower (of 6.7). By then the answer is rendered, and as nobody knows the moment
 * exactly, no second request can be aimed at it.
 */
const delay = { least: 100, spread: 100 };

/** How long the last mails may take when the server stops, in ms: it has ten seconds in all. */
const lastCall = 3_000;

/** Sends in the background; what fails is told to `failed`. `close` sends what waits and waits for what is under way. */
export function poster(send: SendMail, failed: (error: unknown) => void, lastCallMs = lastCall) {
	const waiting = new Set<() => void>();
	const sending = new Set<Promise<void>>();

	const post: Post = (mail) => {
		const begin = () => {
			clearTimeout(timer);
			waiting.delete(begin);
			const sent = send(mail)
				.catch(failed)
				.finally(() => sending.delete(sent));
			sending.add(sent);
		};
		const timer = setTimeout(begin, delay.least + Math.random() * delay.spread);
		waiting.add(begin);
	};

	async function close(): Promise<void> {
		for (const begin of waiting) begin();
		const late = new Promise((resolve) => setTimeout(resolve, lastCallMs).unref());
		await Promise.race([Promise.allSettled(sending), late]);
		if (sending.size > 0)
			failed(new Error(`mails that nobody took before the server stopped: ${sending.size}`));
	}

	return { post, close };
}
