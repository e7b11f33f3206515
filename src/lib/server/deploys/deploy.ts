import type { statuses } from '../sqlite/schema.ts';

export { statuses } from '../sqlite/schema.ts';

/** `interrupted`: the sender was not heard of for the length of the lease; an append makes it running again. */
export type Status = (typeof statuses)[number];
/** A status that a sender can end a deploy with. */
export type Outcome = 'succeeded' | 'failed' | 'cancelled';

export interface Commit {
	sha: string | null;
	branch: string | null;
	message: string | null;
	author: string | null;
	url: string | null;
}

export interface NewDeploy {
	service: string;
	environment: string | null;
	version: string | null;
	commit: Commit | null;
	url: string | null;
}

/** A deploy as API.md shows it, but for `page`, which the store cannot know. Times are ISO 8601, UTC, milliseconds. */
export interface Deploy extends NewDeploy {
	id: string;
	status: Status;
	started_at: string;
	last_append_at: string;
	finished_at: string | null;
	/** Null while it runs. */
	duration_ms: number | null;
	exit_code: number | null;
	/** Bytes of the log. */
	size: number;
	lines: number;
}

/** A deploy and whose it is. */
export interface Address {
	org: string;
	id: string;
}

/** Whether no append can change the deploy any more. */
export function isFinished(status: Status): status is Outcome {
	return status !== 'running' && status !== 'interrupted';
}
