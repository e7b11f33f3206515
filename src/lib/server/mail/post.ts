import type { Sql } from '../postgres/connect.ts';
import { Courier, type Watch } from '../outbox/courier.ts';
import { backoff, type Delivery } from '../outbox/delivery.ts';
import { postgresOutbox, put, troubleOf } from '../outbox/postgres.ts';
import type { Queryable } from '../postgres/queryable.ts';
import type { Mail, SendMail } from './mail.ts';
import { mint, tokenPlace, type Link } from './tokens.ts';

/** A mail to write into the outbox. */
export interface Letter extends Omit<Mail, 'to'> {
	/** Null: it is not sent. It is written anyway, so that timing does not reveal which addresses have an account. */
	to: string | null;
	/** What its link opens, whose token replaces `tokenPlace`; null: no link. */
	link: Link | null;
	/** Ms after which it is obsolete. */
	lifeMs: number;
}

/** Puts a mail into the outbox, in the transaction of its cause. It goes out soon after, or once it can. */
export type Post = (transaction: Queryable, letter: Letter) => Promise<void>;

type Waiting = Omit<Letter, 'lifeMs'>;

/**
 * How long after its post a mail is sent, in ms. Composing it and connecting use this process's CPU: sent immediately, they
 * made the answer for existing accounts 0.9 ms slower (of 6.7). By then the answer is rendered, and since the moment is random,
 * no second request can be aimed at it.
 */
const delay = { least: 100, spread: 100 };
/** Ms between the clock of PostgreSQL's transaction and ours, so that we look after the mail is due. */
const margin = 5;

/** Sends at most this many mails at once, and retries after 5 s, 10 s, … 10 minutes. */
const most = 5;
const pace = backoff(5_000, 600_000);
const leaseMs = 120_000;

/** Mails about accounts: written with their cause, sent from the outbox by any instance that has a mail server. */
export function postOffice(sql: Sql, send: SendMail, watch: Watch, lastCallMs?: number) {
	const outbox = postgresOutbox<Waiting>(sql, 'mail');
	const deliver = (delivery: Delivery<Waiting>) => hand(sql, send, delivery);
	const courier = new Courier({ outbox, deliver, watch, most, backoff: pace, leaseMs });
	/** What this process posted recently and must send before the server ends. */
	const own = new Set<string>();

	const post: Post = async (transaction, { lifeMs, ...waiting }) => {
		const delayMs = delay.least + Math.random() * delay.spread;
		const payload = { ...waiting, link: waiting.link && { ...waiting.link } };
		const id = await put(transaction, { kind: 'mail', lane: null, payload, delayMs, lifeMs });
		own.add(id);
		setTimeout(() => own.delete(id), delayMs + leaseMs).unref();
		courier.lookIn(delayMs + margin);
	};

	return {
		post,
		/** Starts with the mails that are due: other instances may have left some. */
		look: () => courier.look(),
		/** How many mails are waiting. */
		size: () => outbox.size(),
		/** Which mails the mail server has not taken yet. */
		trouble: () => troubleOf(sql, 'mail'),
		/**
		 * Sends what was posted here and waits for mails under way, a few seconds at most. The rest goes out at the next start.
		 */
		close: () => courier.close([...own], lastCallMs)
	};
}

/**
 * Sends one mail. The token of its link is created only now, again at each try, so that it is never stored. A link that was
 * used, replaced or ended meanwhile needs no mail.
 */
async function hand(sql: Sql, send: SendMail, { payload }: Delivery<Waiting>): Promise<void> {
	const { to, subject, text, link } = payload;
	const token = link && (await mint(sql, link));
	if (to === null || (link && token === null)) return;
	await send({ to, subject, text: token === null ? text : text.replaceAll(tokenPlace, token) });
}
