import type { Sql } from '../postgres/connect.ts';
import { transact } from '../postgres/transaction.ts';
import type { Answer, Append } from './append.ts';
import { recall, remember } from './idempotency.ts';
import type { LogStore } from './store.ts';

/** A transaction under way. */
export interface Commitment {
	/** The answers in the order of the requests, after the commit. */
	done: Promise<{ answers: Answer[]; lines: number }>;
	/** What is true if it has committed; null as long as COMMIT cannot have been sent. */
	pending(): Pending | null;
}

export interface Pending {
	xid: string;
	answers: Answer[];
	/** A line that it writes, received no later than `until`; null if it only repeats old answers. */
	line: { org: string; seq: number; until: string } | null;
}

/** Writes the requests of any number of organizations in one transaction. */
export function commit(sql: Sql, store: LogStore, requests: readonly Append[]): Commitment {
	let pending: Pending | null = null;
	let lines = 0;

	async function write(transaction: Sql): Promise<void> {
		const answers = await recall(transaction, requests);
		const fresh = firsts(requests).filter((request) => !answers.has(request));
		const [ranges, [mark]] = await Promise.all([
			appendByOrganization(store, fresh, transaction),
			transaction<[{ xid: string; until: string }]>`
				SELECT pg_current_xact_id()::text AS xid, clock_timestamp()::text AS until`.execute()
		]);
		for (const [request, first] of ranges) {
			const last_seq = first + request.entries.length - 1;
			answers.set(request, { ...request.report, first_seq: first, last_seq });
			lines += request.entries.length;
		}
		await remember(transaction, fresh, answers);
		const [written] = ranges;
		pending = {
			xid: mark.xid,
			answers: requests.map((request) => answerTo(request, requests, answers)),
			line: written ? { org: written[0].org, seq: written[1], until: mark.until } : null
		};
	}

	const done = transact(sql, write).then(() => ({ answers: pending?.answers ?? [], lines }));
	return { done, pending: () => pending };
}

const sameKey = (a: Append, b: Append) =>
	a.idempotencyKey !== null && a.idempotencyKey === b.idempotencyKey && a.org === b.org;

/** The requests without those that repeat an earlier one of the same batch. */
function firsts(requests: readonly Append[]): Append[] {
	if (requests.every(({ idempotencyKey }) => idempotencyKey === null)) return [...requests];
	return requests.filter(
		(request, index) => !requests.slice(0, index).some((other) => sameKey(other, request))
	);
}

function answerTo(request: Append, requests: readonly Append[], answers: Map<Append, Answer>): Answer {
	const own =
		answers.get(request) ?? answers.get(requests.find((other) => sameKey(other, request)) as Append);
	return own as Answer;
}

/**
 * Appends organization by organization, in id order, so that two instances never deadlock on heads. Returns the number of each
 * request's first line.
 */
async function appendByOrganization(store: LogStore, requests: Append[], transaction: Sql) {
	const byOrganization = Map.groupBy(requests, ({ org }) => org);
	const appends = [...byOrganization.keys()].sort().map(async (org) => {
		const own = byOrganization.get(org) ?? [];
		const range = await store.append(
			org,
			own.flatMap(({ entries }) => entries),
			transaction
		);
		let next = range.first_seq;
		return own.map((request): [Append, number] => {
			const first = next;
			next += request.entries.length;
			return [request, first];
		});
	});
	return (await Promise.all(appends)).flat();
}
