/** A log entry that says that a deploy began or ended: its `deploy` attribute has the deploy's id and status. */
import type { Status } from '../log/deploy.ts';
import type { Entry } from '../log/entry.ts';

export interface Mark {
	id: string;
	status: Status;
	/** What is said of it: `deploy web 2026.11.20 to production started`. */
	title: string;
	/** `3f2c1ab “Retry declined cards once”`; null when nothing is known of the commit. */
	commit: string | null;
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

/** Null for every other entry. Anybody can send attributes, so nothing is taken for granted. */
export function of(entry: Entry): Mark | null {
	const deploy = entry.attributes.deploy;
	if (!isObject(deploy)) return null;
	const { id, status, version, environment, commit } = deploy;
	if (typeof id !== 'string' || id === '' || !isStatus(status)) return null;
	const parts = [`deploy ${entry.service}`, text(version), to(text(environment)), said[status]];
	return { id, status, title: parts.filter(Boolean).join(' '), commit: commitOf(commit) };
}

function commitOf(commit: unknown): string | null {
	if (!isObject(commit)) return null;
	const sha = text(commit.sha)?.slice(0, 7);
	const message = text(commit.message)?.split('\n', 1)[0]?.slice(0, longest);
	return [sha, message && `“${message}”`].filter(Boolean).join(' ') || null;
}

function to(environment: string | null): string | null {
	return environment && `to ${environment}`;
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
