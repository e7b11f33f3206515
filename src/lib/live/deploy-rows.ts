/** The rows of the list of deploys. */
import { isFinished, type Deploy } from '../log/deploy.ts';
import type { Filters } from './deploy-api.ts';

/** The page has at most this many deploys; older ones are on the next. */
export const most = 200;

export function passes(deploy: Deploy, { service, environment, status }: Filters): boolean {
	return (
		(service === null || deploy.service === service) &&
		(environment === null || deploy.environment === environment) &&
		(status === null || deploy.status === status)
	);
}

/**
 * The rows with what changed: a listed deploy is replaced in its place, even if it no longer passes the filters (the reader
 * sees how it ended); another one is inserted by its start, if it fits. The same rows if nothing changed.
 */
export function merge(
	rows: readonly Deploy[],
	changed: readonly Deploy[],
	fits: (deploy: Deploy) => boolean
): readonly Deploy[] {
	let merged = rows;
	for (const deploy of changed) merged = put(merged, deploy, fits);
	return merged;
}

function put(rows: readonly Deploy[], deploy: Deploy, fits: (deploy: Deploy) => boolean): readonly Deploy[] {
	const at = rows.findIndex(({ id }) => id === deploy.id);
	if (at >= 0) return isNews(deploy, rows[at]) ? rows.with(at, deploy) : rows;
	if (!fits(deploy)) return rows;
	const place = rows.findIndex((row) => isOlder(row, deploy));
	return rows.toSpliced(place < 0 ? rows.length : place, 0, deploy);
}

/** An answer may be older than what the stream has said since: a log never shrinks, and an end is final. */
function isNews(deploy: Deploy, shown: Deploy | undefined): boolean {
	if (!shown) return true;
	if (deploy.size < shown.size || (isFinished(shown.status) && !isFinished(deploy.status))) return false;
	return JSON.stringify(shown) !== JSON.stringify(deploy);
}

/** Ids are UUIDv7: their order is the order of the starts. */
function isOlder(row: Deploy, deploy: Deploy): boolean {
	return row.id < deploy.id;
}
