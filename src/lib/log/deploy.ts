/** A deploy as in the API and on the pages. */

export type Status = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted';

/** A status that a sender can end a deploy with. */
export type FinalStatus = Exclude<Status, 'running' | 'interrupted'>;

export interface Commit {
	sha: string | null;
	branch: string | null;
	message: string | null;
	author: string | null;
	url: string | null;
}

/** Times are ISO 8601, UTC, milliseconds. */
export interface Deploy {
	/** UUIDv7: the order of the ids is the order of the starts. */
	id: string;
	service: string;
	environment: string | null;
	version: string | null;
	commit: Commit | null;
	/** Of the run in CI. */
	url: string | null;
	/** `interrupted`: the sender was silent for too long; an append makes it running again. */
	status: Status;
	started_at: string;
	last_append_at: string;
	finished_at: string | null;
	/** While it runs, so far. */
	duration_ms: number | null;
	exit_code: number | null;
	/** Bytes of the log. */
	size: number;
	lines: number;
	/** The path of its page. */
	page: string;
}

/** Whether nothing more can be appended. */
export function isFinished(status: Status): status is FinalStatus {
	return status !== 'running' && status !== 'interrupted';
}
