import { randomUUID } from 'node:crypto';
import type { NewEntry } from '../../log/entry.ts';
import type { Sql } from '../postgres/connect.ts';
import { transact } from '../postgres/transaction.ts';
import type { Answer, Append } from './append.ts';
import type { Chunk } from './chunks/chunk.ts';
import { chunksOf } from './entries.ts';
import { recall, remember } from './idempotency.ts';
import { insertOf } from './insert.ts';
import type { Insert } from './insertion.ts';

/** A transaction under way. */
export interface Commitment {
	/** The answers in the order of the requests, after the commit. */
	done: Promise<{ answers: Answer[]; lines: number }>;
	/** What is true if it has committed; null as long as COMMIT cannot have been sent. */
	pending(): Pending | null;
}

export interface Pending {
	answers: Answer[];
	/** A chunk that it writes, by which its fate is known; null if it only repeats old answers. */
	chunk: { org: string; first_seq: number; append_id: string; arrived: number } | null;
}

/** The requests of one organization in a commit, and their lines in chunks. */
interface Own {
	org: string;
	requests: Append[];
	chunks: Chunk[];
}

/** Writes the requests of any number of organizations in one transaction, as arrived at a time (epoch ms). */
export function commit(sql: Sql, requests: readonly Append[], arrived = Date.now()): Commitment {
	const id = randomUUID();
	let pending: Pending | null = null;
	let lines = 0;

	async function write(transaction: Sql, encoded: readonly Own[], insert: Insert): Promise<void> {
		const answers = await recall(transaction, requests);
		const fresh = answers.size === 0 ? encoded : await without(encoded, answers, arrived);
		const ranges = await insert(transaction, fresh, { id, arrived });
		fresh.forEach(({ requests }, index) => {
			lines += number(requests, ranges[index]?.first_seq ?? 0, answers);
		});
		await Promise.all(fresh.map(({ org, requests }) => remember(transaction, org, requests, answers)));
		const [[first], [range]] = [fresh, ranges];
		pending = {
			answers: answersTo(requests, answers),
			chunk: first && range ? { org: first.org, first_seq: range.first_seq, append_id: id, arrived } : null
		};
	}

	const done = Promise.all([encode(firsts(requests), arrived), insertOf(sql)])
		.then(([encoded, insert]) => transact(sql, (transaction) => write(transaction, encoded, insert)))
		.then(() => ({ answers: pending?.answers ?? [], lines }));
	return { done, pending: () => pending };
}

/** Before the transaction, which holds heads. In id order, so that two instances never deadlock on them. */
function encode(requests: readonly Append[], arrived: number): Promise<Own[]> {
	const byOrganization = Map.groupBy(requests, ({ org }) => org);
	return Promise.all(
		[...byOrganization.keys()].sort().map(async (org) => {
			const own = byOrganization.get(org) ?? [];
			return { org, requests: own, chunks: await encodeAll(own, arrived) };
		})
	);
}

/** The lines of requests, in their order: those that follow each other as entries share chunks. */
async function encodeAll(requests: readonly Append[], arrived: number): Promise<Chunk[]> {
	const encoded: (readonly Chunk[] | Promise<Chunk[]>)[] = [];
	let entries: NewEntry[] = [];
	for (const request of requests) {
		entries = entries.concat(request.entries);
		if (!request.chunks) continue;
		encoded.push(chunksOf(entries, arrived), request.chunks);
		entries = [];
	}
	encoded.push(chunksOf(entries, arrived));
	return (await Promise.all(encoded)).flat();
}

/** What is left when some requests turn out to be repeats; rare enough to be encoded anew. */
function without(
	encoded: readonly Own[],
	answers: ReadonlyMap<Append, Answer>,
	arrived: number
): Promise<Own[]> {
	const fresh = encoded.flatMap(({ requests }) => requests).filter((request) => !answers.has(request));
	return encode(fresh, arrived);
}

/** Gives an organization's requests their numbers, which follow each other; returns how many lines they have. */
function number(requests: readonly Append[], first: number, answers: Map<Append, Answer>): number {
	let next = first;
	for (const request of requests) {
		const first_seq = next;
		next += request.report.accepted;
		answers.set(request, { ...request.report, first_seq, last_seq: next - 1 });
	}
	return next - first;
}

const keyOf = ({ org, idempotencyKey }: Append) => `${org} ${idempotencyKey}`;

/** The requests without those that repeat an earlier one of the same batch. */
function firsts(requests: readonly Append[]): Append[] {
	const seen = new Set<string>();
	return requests.filter((request) => {
		if (request.idempotencyKey === null) return true;
		const isFirst = !seen.has(keyOf(request));
		seen.add(keyOf(request));
		return isFirst;
	});
}

/** A repeat within the batch gets the answer of the request that it repeats. */
function answersTo(requests: readonly Append[], answers: ReadonlyMap<Append, Answer>): Answer[] {
	const byKey = new Map([...answers].map(([request, answer]) => [keyOf(request), answer]));
	return requests.map((request) => (answers.get(request) ?? byKey.get(keyOf(request))) as Answer);
}
