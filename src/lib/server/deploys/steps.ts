import type { Address, Deploy, FinalStatus, Status } from './deploy.ts';
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
	/** When it ended by the sender's clock, epoch ms; now, if not given. */
	finishedAt?: number | undefined;
}

export type Finished =
	/** `first`: this call ended the deploy. */
	| { kind: 'finished'; deploy: Deploy; first: boolean }
	/** The sender's size differs from the log's, which is `end`. */
	| { kind: 'wrong offset'; end: number }
	/** It had finished before, with this status. */
	| { kind: 'conflict'; status: FinalStatus }
	| { kind: 'none' };

/** A log's position; see the columns of the same names. */
export interface Position {
	status: Status;
	size: number;
	lines: number;
	midLine: boolean;
	cutAt: number | null;
}
