import type { FinalStatus } from '../../log/deploy.ts';
import { isFinished, type Address } from './deploy.ts';
import type { Addition, Position } from './steps.ts';
import type { ByteMark } from './times.ts';

/** The result of an append. `end` is where the sender's bytes end, on disk: it continues from there. */
export type Appended =
	| { kind: 'stored'; end: number }
	| { kind: 'wrong offset'; end: number }
	/** The log has reached its limit and takes no more bytes, only heartbeats. */
	| { kind: 'too large'; end: number }
	| { kind: 'finished'; status: FinalStatus }
	/** The buffer is full: nothing was stored, the same append will succeed later. */
	| { kind: 'full' }
	| { kind: 'none' };

/** The flush that an append waited for failed: none of it was stored. */
export class FlushFailed extends Error {}

interface Waiting {
	answer: Appended;
	resolve(answer: Appended): void;
	reject(error: FlushFailed): void;
}

/** What a flush does to one log. */
export interface Pending extends Address {
	/** The size of the log on disk, and where the sender's bytes end in it, before the flush. */
	size: number;
	stored: number;
	/** Where the sender's bytes will end after the flush. */
	end: number;
	cutAt: number | null;
	midLine: boolean;
	data: Uint8Array[];
	/** When its bytes arrived; none: all of them now. */
	marks: ByteMark[];
	waiting: Waiting[];
}

/** Bytes that it adds. */
export const lengthOf = ({ data }: Pending) => data.reduce((sum, { length }) => sum + length, 0);

/** Adds the times of bytes about to be added. Bytes without times arrived now, which only needs saying beside others. */
export function mark(pending: Pending, added: readonly ByteMark[]): void {
	const { marks } = pending;
	if (marks.length === 0 && added.length === 0) return;
	const before = lengthOf(pending);
	const now = { at: 0, time: Date.now() };
	if (marks.length === 0 && before > 0) marks.push(now);
	for (const { at, time } of added.length > 0 ? added : [now]) marks.push({ at: before + at, time });
}

export const keyOf = ({ org, id }: Address) => `${org}/${id}`;

export function additionOf({ org, id, size, cutAt, data, marks }: Pending): Addition {
	const [only] = data;
	return {
		org,
		id,
		offset: size,
		cutAt,
		marks,
		data: only && data.length === 1 ? only : Buffer.concat(data)
	};
}

/** The true end is the one after this flush, whatever it was when the offset proved wrong. */
export function succeed({ waiting, end }: Pending): void {
	for (const { answer, resolve } of waiting) {
		resolve(answer.kind === 'wrong offset' ? { kind: 'wrong offset', end } : answer);
	}
}

/** After a failed flush the log ends where it did before. */
export function fail({ waiting, stored }: Pending, cause: unknown): void {
	for (const { answer, resolve, reject } of waiting) {
		if (answer.kind === 'wrong offset') resolve({ kind: 'wrong offset', end: stored });
		else reject(new FlushFailed('the deploy database could not be written', { cause }));
	}
}

export function answerAll({ waiting }: Pending, answer: Appended): void {
	for (const { resolve } of waiting) resolve(answer);
}

/** What a sender is told whose log was moved by another server. */
export function answerAt(at: Position | null): Appended {
	if (!at) return { kind: 'none' };
	if (isFinished(at.status)) return { kind: 'finished', status: at.status };
	return { kind: 'wrong offset', end: at.cutAt ?? at.size };
}
