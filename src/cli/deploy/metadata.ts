import type { Commit } from './api.ts';
import * as ci from './ci.ts';
import * as git from './git.ts';

/** How many characters of a commit message are sent. */
const longestMessage = 300;

/** The commit being deployed, and the page of its CI job, as far as they can be found in about a second. */
export async function find(
	env: NodeJS.ProcessEnv,
	directory: string
): Promise<{ commit?: Commit; url?: string }> {
	const job = ci.read(env);
	const commit = merge(job.commit, await git.read(directory));
	return { ...(commit ? { commit } : {}), ...(job.url ? { url: job.url } : {}) };
}

/** The job knows better; git counts only for the same commit. */
function merge(job: Partial<Commit>, local: Partial<Commit>): Commit | null {
	const sha = job.sha ?? local.sha;
	if (!sha) return null;
	const found = { ...(local.sha === sha ? local : {}), ...defined(job), sha };
	const message = found.message?.slice(0, longestMessage);
	return defined({ ...found, message }) as Commit;
}

function defined<T extends object>(fields: T): Partial<T> {
	return Object.fromEntries(Object.entries(fields).filter(([, value]) => value)) as Partial<T>;
}
