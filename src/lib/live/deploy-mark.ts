/** A log entry that marks a deploy's start or end: its `deploy` attribute has the deploy's id and status. */
import type { Status } from '../log/deploy.ts';
import type { Entry } from '../log/entry.ts';

export interface Mark {
	id: string;
	status: Status;
	/** What was deployed, and where; null if unknown. Untrusted text: each is shown isolated from the rest. */
	service: string;
	version: string | null;
	environment: string | null;
	/** `started`, `was cancelled`. */
	outcome: string;
	commit: { sha: string | null; message: string | null };
}

const said: Record<Status, string> = {
	running: 'started',
	succeeded: 'succeeded',
	failed: 'failed',
	cancelled: 'was cancelled',
	interrupted: 'was interrupted'
};

/** The longest commit message that a mark shows, in characters. */
const longest = 120;

/** Null for every other entry. Anyone can send attributes, so nothing is assumed. */
export function of(entry: Entry): Mark | null {
	const deploy = entry.attributes.deploy;
	if (!isObject(deploy)) return null;
	const { id, status, version, environment, commit } = deploy;
	if (typeof id !== 'string' || id === '' || !isStatus(status)) return null;
	return {
		id,
		status,
		service: entry.service,
		version: text(version),
		environment: text(environment),
		outcome: said[status],
		commit: commitOf(commit)
	};
}

function commitOf(commit: unknown): Mark['commit'] {
	if (!isObject(commit)) return { sha: null, message: null };
	const subject = text(commit.message)?.split('\n', 1)[0] ?? null;
	const message = subject && subject.length > longest ? `${subject.slice(0, longest)}…` : subject;
	return { sha: text(commit.sha)?.slice(0, 7) ?? null, message };
}

function text(value: unknown): string | null {
	return typeof value === 'string' && value !== '' ? value : null;
}

function isStatus(value: unknown): value is Status {
	return typeof value === 'string' && Object.hasOwn(said, value);
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null;
}
