import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { mailer, type SendMail } from '../../../src/lib/server/mail/mail.ts';

export interface Received {
	/** Addresses of the envelope, as the sender named them. */
	from: string;
	to: string[];
	/** The header as received, lines unfolded. */
	headers: string[];
	subject: string;
	text: string;
	/** The one link in the text that has a token at its end. */
	link: string;
}

/** A mail server that accepts everything and keeps it. */
export interface Mailbox {
	/** For `SMTP_URL`. */
	readonly url: string;
	readonly port: number;
	/** Sends there like the server, for accounts in the test's own process. */
	readonly mail: SendMail;
	/** The recipients passed to `mail`, whether or not it has arrived. */
	readonly asked: string[];
	/** Everything that arrived. */
	readonly mails: Received[];
	/** The first mail to an address not yet returned, once it has arrived. */
	next(to: string): Promise<Received>;
	close(): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1, or on the port of a closed one; it refuses addresses at `refused.example`. */
export async function openMailbox(port = 0): Promise<Mailbox> {
	const mails: Received[] = [];
	const unread = new Set<Received>();
	let arrived = () => {};
	const server = new SMTPServer({
		disabledCommands: ['AUTH', 'STARTTLS'],
		onRcptTo({ address }, _session, answer) {
			const isRefused = address.endsWith('@refused.example');
			answer(isRefused ? Object.assign(new Error('no such mailbox'), { responseCode: 550 }) : null);
		},
		onData(stream, session, taken) {
			const parts: Buffer[] = [];
			stream.on('data', (part: Buffer) => parts.push(part));
			stream.on('end', () => {
				const { mailFrom, rcptTo } = session.envelope;
				const from = mailFrom ? mailFrom.address : '';
				const mail = read(
					Buffer.concat(parts).toString(),
					from,
					rcptTo.map(({ address }) => address)
				);
				mails.push(mail);
				unread.add(mail);
				taken();
				arrived();
			});
		}
	});
	await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
	const { port: own } = server.server.address() as AddressInfo;

	async function next(to: string): Promise<Received> {
		for (;;) {
			const mail = [...unread].find((mail) => mail.to.includes(to));
			if (mail) return take(mail);
			await new Promise<void>((resolve) => {
				const before = arrived;
				arrived = () => (before(), resolve());
			});
		}
	}

	function take(mail: Received): Received {
		unread.delete(mail);
		return mail;
	}

	const url = `smtp://127.0.0.1:${own}`;
	const send = mailer({ smtpUrl: url, from: 'Tailrace <tailrace@logs.example>' });
	const asked: string[] = [];
	const sending: Promise<void>[] = [];
	const mail: SendMail = (mail) => {
		const sent = send?.(mail) ?? Promise.resolve();
		asked.push(mail.to);
		sending.push(sent);
		return sent;
	};

	async function close(): Promise<void> {
		await Promise.allSettled(sending);
		await new Promise<void>((resolve) => server.close(() => resolve()));
	}

	return { url, port: own, mail, asked, mails, next, close };
}

function read(source: string, from: string, to: string[]): Received {
	const [, head = '', body = ''] = /^([^]*?)\r\n\r\n([^]*)$/.exec(source) ?? [];
	const headers = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
	const value = (name: string) =>
		headers.find((line) => line.toLowerCase().startsWith(`${name}:`))?.slice(name.length + 2) ?? '';
	const text = decode(body, value('content-transfer-encoding')).replaceAll('\r\n', '\n');
	const link = /\S+\/[\w-]{43}(?=\s)/.exec(text)?.[0] ?? '';
	return { from, to, headers, subject: value('subject'), text, link };
}

function decode(body: string, encoding: string): string {
	if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
	if (encoding !== 'quoted-printable') return body;
	const bytes = body
		.replace(/=\r\n/g, '')
		.replace(/=([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
	return Buffer.from(bytes, 'latin1').toString();
}
