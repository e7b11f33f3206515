import type { Commit } from './api.ts';

export interface Job {
	commit: Partial<Commit>;
	/** The page of the job. */
	url?: string;
}

/** A job's predefined variables in GitHub Actions and GitLab CI. */
export function read(env: NodeJS.ProcessEnv): Job {
	if (env.GITHUB_ACTIONS === 'true' || env.GITHUB_SHA) return github(env);
	if (env.GITLAB_CI === 'true' || env.CI_COMMIT_SHA) return gitlab(env);
	return { commit: {} };
}

function github(env: NodeJS.ProcessEnv): Job {
	const { GITHUB_SHA, GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID } = env;
	const repository =
		GITHUB_SERVER_URL && GITHUB_REPOSITORY ? `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}` : null;
	return {
		commit: {
			sha: GITHUB_SHA || undefined,
			// In a pull request GITHUB_REF_NAME is "12/merge".
			branch: env.GITHUB_HEAD_REF || env.GITHUB_REF_NAME || undefined,
			author: env.GITHUB_ACTOR || undefined,
			url: repository && GITHUB_SHA ? `${repository}/commit/${GITHUB_SHA}` : undefined
		},
		url: repository && GITHUB_RUN_ID ? `${repository}/actions/runs/${GITHUB_RUN_ID}` : undefined
	};
}

function gitlab(env: NodeJS.ProcessEnv): Job {
	const { CI_COMMIT_SHA, CI_PROJECT_URL } = env;
	return {
		commit: {
			sha: CI_COMMIT_SHA || undefined,
			branch: env.CI_COMMIT_REF_NAME || undefined,
			message: env.CI_COMMIT_TITLE || undefined,
			// "Name <address>": the address stays private.
			author: env.CI_COMMIT_AUTHOR?.replace(/\s*<[^>]*>$/, '') || undefined,
			url: CI_PROJECT_URL && CI_COMMIT_SHA ? `${CI_PROJECT_URL}/-/commit/${CI_COMMIT_SHA}` : undefined
		},
		url: env.CI_JOB_URL || undefined
	};
}
