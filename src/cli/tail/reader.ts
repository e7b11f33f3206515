import * as sse from '../../lib/log/sse.ts';
import * as bells from '../delivery/bell.ts';
import { fields, type Failure } from '../delivery/failure.ts';
import { Http } from '../delivery/http.ts';
import { Persistence, usualPauses } from '../delivery/persistence.ts';
import type { Asked } from './invocation.ts';
import * as request from './request.ts';

/** What it was asked for has been read, or why not. */
export type Outcome = request.Ended | Failure;

export interface ReaderOptions {
	asked: Asked;
	/** Prints entries, given as JSON; resolves when there is room for more. */
	print(entries: readonly string[]): Promise<void>;
	say(message: string): void;
	/** Ends everything. */
	stop: AbortSignal;
	/** How long a server that is away is waited for, in ms. */
	patience: number;
}

/** A live stream gives a sign of life every 15 s. */
const silence = 45_000;
/** Lines that one request for history may be limited to (API.md), and the window of a terminal. */
const mostLimited = 1_000;

/** Reads lines from the server, and resumes after a cut where it was. */
export class Reader {
	readonly #options: ReaderOptions;
	readonly #persistence: Persistence;
	#known = false;
	#head = 0;
	/** Since when no request has succeeded; null: the last one has. */
	#awaySince: number | null = null;

	constructor(options: ReaderOptions) {
		this.#options = options;
		const bell = bells.hang();
		options.stop.addEventListener('abort', () => bell.ring());
		this.#persistence = new Persistence({
			...{ pauses: usualPauses, bell, giveUp: options.stop, say: options.say },
			ending: () => !this.#known,
			meanwhile: 'trying again'
		});
	}

	/** Finds the newest line, with which the history ends. */
	async find(): Promise<Outcome> {
		const { asked, stop } = this.#options;
		const http = new Http(asked.server, stop);
		return this.#persist(async () => {
			const reply = await http.call('GET', 'api/logs?limit=1', {}, null);
			if ('kind' in reply) return reply;
			if (reply.status !== 200) return http.failed(reply);
			const { head } = fields(reply.text);
			if (typeof head !== 'number') return { kind: 'refused', reason: 'the server is not a Tailrace server' };
			this.#heard();
			this.#head = head;
			return { kind: 'ended' };
		});
	}

	/** Prints all that was received up to then, oldest first. */
	async all(): Promise<Outcome> {
		let after = 0;
		return this.#history(
			() => ({ after: String(after) }),
			async (lines) => {
				await this.#options.print(lines);
				after = seqOf(lines.at(-1) ?? '');
				return true;
			}
		);
	}

	/** Prints the newest lines, oldest first. */
	async newest(count: number): Promise<Outcome> {
		const found: string[] = [];
		if (count === 0) return { kind: 'ended' };
		const outcome = await this.#history(
			() => {
				const left = count - found.length;
				const last = found.at(-1);
				return {
					...(left <= mostLimited && { limit: String(left) }),
					...(last && { before: String(seqOf(last)) })
				};
			},
			async (lines) => {
				found.push(...lines.slice(0, count - found.length));
				return found.length < count;
			}
		);
		if (outcome.kind === 'ended') await this.#options.print(found.reverse());
		return outcome;
	}

	/** Prints what comes after that, until it is stopped or access ends. */
	async follow(): Promise<Outcome> {
		const { query, style } = this.#options.asked;
		const { stop } = this.#options;
		let decoder = sse.createDecoder();
		let id = String(this.#head);
		const window: Record<string, string> = style.isTerminal ? { window: String(mostLimited) } : {};
		const path = `api/logs/stream?${new URLSearchParams({ q: query, ...window })}`;
		let end: Failure | null = null;
		const take = async (text: string) => {
			this.#heard();
			const taken = decoder.push(text);
			await this.#options.print(taken.flatMap(({ type, data }) => (type === 'message' ? (data ?? []) : [])));
			for (const event of taken) {
				id = event.id ?? id;
				end = this.#told(event, decoder.retry) ?? end;
			}
			return end === null;
		};
		return this.#persist(async () => {
			end = null;
			decoder = sse.createDecoder(); // what a cut left incomplete comes again
			const headers = { accept: 'text/event-stream', 'last-event-id': id };
			const terms = { headers, signal: stop, silence, known: this.#known, take };
			const outcome = await request.read(this.#options.asked.server, path, terms);
			return outcome.kind === 'ended' ? (end ?? later('the connection was cut')) : outcome;
		});
	}

	/** What an event besides lines says; what it means if it is the last. */
	#told({ type, data }: sse.SseEvent, retry: number | null): Failure | null {
		if (data === null) return null;
		const { say } = this.#options;
		const { count, detail, outage, reason } = fields(data);
		const lines = count === 1 ? '1 line' : `${Number(count).toLocaleString('en')} lines`;
		if (type === 'skipped') say(`${lines} skipped`);
		if (type === 'unseen') say(`${lines} not looked at: the query is too slow`);
		if (type === 'status') say(outage === null ? 'all is well again' : String(detail));
		if (type !== 'end') return null;
		if (reason === 'server stopping') return later('it is stopping', retry ?? 0);
		return { kind: 'refused', reason: String(detail ?? reason) };
	}

	/** Reads history as NDJSON; `bounds` says what is still wanted, `take` gets complete lines and whether they are enough. */
	#history(
		bounds: () => Record<string, string>,
		take: (lines: string[]) => Promise<boolean>
	): Promise<Outcome> {
		const { asked, stop } = this.#options;
		const { query, from, to } = asked;
		const isoOf = (ms: number) => new Date(ms).toISOString();
		const range = { ...(from !== null && { from: isoOf(from) }), ...(to !== null && { to: isoOf(to) }) };
		const before = String(this.#head + 1);
		return this.#persist(() => {
			const parameters = { format: 'ndjson', q: query, ...range, before, ...bounds() };
			let rest = '';
			const pieces = async (text: string) => {
				this.#heard();
				const lines = (rest + text).split('\n');
				rest = lines.pop() ?? '';
				return lines.length === 0 || take(lines);
			};
			const terms = { headers: {}, signal: stop, silence: Infinity, known: this.#known, take: pieces };
			return request.read(asked.server, `api/logs?${new URLSearchParams(parameters)}`, terms);
		});
	}

	/** Repeats a request while that may help. */
	#persist(call: () => Promise<Outcome>): Promise<Outcome> {
		return this.#persistence.persist(async () => {
			const answer = await call();
			if (answer.kind !== 'later') return answer;
			this.#awaySince ??= performance.now();
			const isLate = performance.now() - this.#awaySince > this.#options.patience;
			return isLate ? { kind: 'refused', reason: `can't reach the server (${answer.reason})` } : answer;
		});
	}

	#heard(): void {
		this.#known = true;
		this.#awaySince = null;
		this.#persistence.succeeded();
	}
}

const later = (reason: string, afterMs = 0): Failure => ({ kind: 'later', afterMs, reason, doubtful: false });

const seqOf = (json: string): number => Number((JSON.parse(json) as { seq: number }).seq);
