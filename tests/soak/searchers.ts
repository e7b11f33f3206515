import { setTimeout as sleep } from 'node:timers/promises';
import { bearer, call, insist, isPassing, jsonOf, shown, type Next } from './calls.ts';
import { wordOf, wordsIn, type Word } from './lines.ts';
import { Rounds } from './rounds.ts';
import type { Sender } from './senders.ts';

const everyMs = 1_000;
/** A word may be looked for this long after its last line was acknowledged. */
const settledMs = 2_000;

interface Found {
	logs: { message: string }[];
	cursor: string | null;
	searched: { complete: boolean };
}

/** Looks again and again for words that are acknowledged, new and old ones, and counts what there is. */
export class Searcher extends Rounds {
	searches = 0;
	/** Searches that went on after 10 s. */
	parts = 0;
	longestMs = 0;
	readonly faults: string[] = [];
	readonly #senders: readonly Sender[];
	readonly #next: Next;

	constructor(senders: readonly Sender[], next: Next) {
		super();
		this.#senders = senders;
		this.#next = next;
	}

	protected async round(turn: number): Promise<void> {
		await sleep(everyMs * (0.5 + Math.random()));
		const sender = this.#senders[Math.floor(Math.random() * this.#senders.length)] as Sender;
		const words = wordsIn(sender.acknowledged);
		if (words === 0) return;
		await sleep(settledMs);
		const began = performance.now();
		// The newest, lines being sealed now, or any.
		const number = turn % 2 === 0 ? words - 1 : Math.floor(Math.random() * words);
		if (turn % 5 === 4) await this.#count(sender);
		else if (turn % 5 === 3) await this.#histogram(sender, wordOf(sender.tenant.mark, number));
		else await this.#find(sender, wordOf(sender.tenant.mark, number));
		this.longestMs = Math.max(this.longestMs, performance.now() - began);
		this.searches++;
	}

	/** All lines with a word, over as many requests as it takes. */
	async #find({ tenant }: Sender, word: Word): Promise<void> {
		const numbers: number[] = [];
		let cursor: string | null = null;
		do {
			const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
			const found: Found | null = await this.#get(tenant.key, `?q=${word.text}&limit=1000${more}`);
			if (!found) return;
			numbers.push(...found.logs.map(({ message }) => Number(message.split(' ')[1])));
			cursor = found.searched.complete ? null : found.cursor;
			this.parts++;
		} while (cursor !== null);
		const wanted = Array.from({ length: word.count }, (_, index) => word.first + index);
		if (numbers.sort((a, b) => a - b).join() !== wanted.join())
			this.#fault(`${word.text}: lines ${numbers.join()} instead of ${wanted.join()}`);
	}

	async #histogram({ tenant }: Sender, word: Word): Promise<void> {
		const found = await this.#get<{ matched: number; searched: { complete: boolean } }>(
			tenant.key,
			`/histogram?q=${word.text}`
		);
		if (found?.searched.complete && found.matched !== word.count)
			this.#fault(`${word.text}: ${found.matched} in the histogram instead of ${word.count}`);
	}

	/** How many lines there are: at least what was acknowledged before, at most what is sent after. */
	async #count(sender: Sender): Promise<void> {
		const least = sender.acknowledged;
		const found = await this.#get<{ matched: number; searched: { complete: boolean } }>(
			sender.tenant.key,
			'/histogram?q=service:soak'
		);
		const most = sender.acknowledged + sender.behind;
		if (!found?.searched.complete) return;
		if (found.matched < least || found.matched > most)
			this.#fault(`${found.matched} lines of ${sender.tenant.mark} counted instead of ${least} to ${most}`);
	}

	async #get<Body>(key: string, path: string): Promise<Body | null> {
		const answer = await insist(this.#next, `/api/logs${path}`, { headers: bearer(key) });
		if (answer.status === 200) return jsonOf<Body>(answer);
		this.#fault(`${path} was answered ${shown(answer)}`);
		return null;
	}

	#fault(what: string): void {
		this.faults.push(`${new Date().toISOString()} ${what}`);
	}
}

/** How long one page of the newest lines takes on a server, in ms; null while it does not answer. */
export async function pageMs(origin: string, key: string): Promise<number | null> {
	const began = performance.now();
	const answer = await call(`${origin}/api/logs?limit=100`, { headers: bearer(key) });
	return isPassing(answer) ? null : performance.now() - began;
}
