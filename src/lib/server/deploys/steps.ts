import * as bytes from './bytes.ts';
import { isFinished, type Address, type Deploy, type FinalStatus, type Status } from './deploy.ts';
import type { ByteMark } from './times.ts';

// What happens to a deploy, as the store is told of it and answers.

/** An append to one log: bytes that begin at its end, or none for a heartbeat. */
export interface Addition extends Address {
	offset: number;
	data: Uint8Array;
	/** Where the sender's bytes ended when the log reached its limit, if it has. */
	cutAt: number | null;
	/** When the bytes arrived, if not now; the first is for the first byte. */
	marks?: ByteMark[] | undefined;
}

/** What became of an addition: `at` is where the log stands, null if there is no such deploy. */
export type Added = { kind: 'stored'; revived: boolean } | { kind: 'changed'; at: Position | null };

export interface Filter {
	service?: string | undefined;
	environment?: string | undefined;
	status?: Status | undefined;
	/** A deploy's id: only deploys created before it. */
	before?: string | undefined;
	/** At most 100, which is also the default. */
	limit?: number | undefined;
}

export interface Finish {
	status: FinalStatus;
	exitCode?: number | null | undefined;
	/** Bytes that the sender sent; without it the log is assumed complete. */
	size?: number | undefined;
	/** How long ago it ended by the sender's clock, in ms; now, if not given. */
	ageMs?: number | undefined;
}

export type Finished =
	/** `first`: this call ended the deploy. */
	| { kind: 'finished'; deploy: Deploy; first: boolean }
	/** The sender's size differs from the log's, which is `end`. */
	| { kind: 'wrong offset'; end: number }
	/** It had finished before, with this status. */
	| { kind: 'conflict'; status: FinalStatus }
	| { kind: 'none' };

/** A log's position after an addition to it. */
export function positionAfter(
	at: Position,
	{ offset, data, cutAt }: Addition
): Position & { firstLine: number } {
	const firstLine = at.midLine ? at.lines : at.lines + 1;
	const midLine = data.length === 0 ? at.midLine : data.at(-1) !== bytes.lineFeed;
	const lines = firstLine - 1 + bytes.countLineFeeds(data) + (midLine ? 1 : 0);
	return { status: 'running', size: offset + data.length, lines, midLine, cutAt, firstLine };
}

/** What a request to finish a deploy finds; `end` says that it ends now, `first` that nobody has ended it. */
export function judge(
	at: Position | null,
	{ status, size }: Finish
): Exclude<Finished, { kind: 'finished' }> | { kind: 'end'; first: boolean } {
	if (!at) return { kind: 'none' };
	if (isFinished(at.status)) {
		return at.status === status ? { kind: 'end', first: false } : { kind: 'conflict', status: at.status };
	}
	const end = at.cutAt ?? at.size;
	return size !== undefined && size !== end ? { kind: 'wrong offset', end } : { kind: 'end', first: true };
}

/** A log's position; see the columns of the same names. */
export interface Position {
	status: Status;
	size: number;
	lines: number;
	midLine: boolean;
	cutAt: number | null;
}
