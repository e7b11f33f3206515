import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import * as git from './git.ts';
import * as metadata from './metadata.ts';

// A git hook that runs the tests would point it to another repository.
beforeEach(() => {
	for (const name of ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE']) vi.stubEnv(name, undefined);
	return () => void vi.unstubAllEnvs();
});

function folder(): string {
	const path = mkdtempSync(join(tmpdir(), 'tailrace-git-'));
	onTestFinished(() => rmSync(path, { recursive: true }));
	return path;
}

function repository(remote: string): { path: string; sha: string } {
	const path = folder();
	const run = (...args: string[]) => String(execFileSync('git', args, { cwd: path }));
	run('init', '-q', '-b', 'trunk');
	run('remote', 'add', 'origin', remote);
	const who = ['-c', 'user.name=Ada Lövelace', '-c', 'user.email=ada@example.com'];
	run(
		...who,
		'-c',
		'commit.gpgsign=false',
		'commit',
		'-q',
		'--allow-empty',
		'-m',
		'Fix the pump\n\nAt last.'
	);
	return { path, sha: run('rev-parse', 'HEAD').trim() };
}

test('a repository tells the commit, its branch, subject, author and page', async () => {
	const { path, sha } = repository('git@github.com:acme/web.git');
	expect(await metadata.find({}, path)).toEqual({
		commit: {
			sha,
			branch: 'trunk',
			message: 'Fix the pump',
			author: 'Ada Lövelace',
			url: `https://github.com/acme/web/commit/${sha}`
		}
	});
});

test('a detached commit has no branch', async () => {
	const { path, sha } = repository('/srv/web.git');
	execFileSync('git', ['checkout', '-q', '--detach'], { cwd: path });
	expect(await metadata.find({}, path)).toEqual({
		commit: { sha, message: 'Fix the pump', author: 'Ada Lövelace' }
	});
});

test('without a repository, or without git, there is nothing to tell', async () => {
	expect(await metadata.find({}, folder())).toEqual({});
	vi.stubEnv('PATH', folder());
	expect(await metadata.find({}, folder())).toEqual({});
});

const actions = {
	GITHUB_ACTIONS: 'true',
	GITHUB_REF_NAME: 'main',
	GITHUB_ACTOR: 'octocat',
	GITHUB_SERVER_URL: 'https://github.com',
	GITHUB_REPOSITORY: 'acme/web',
	GITHUB_RUN_ID: '42'
};

test('GitHub Actions tells commit and run, and git adds the subject of the same commit', async () => {
	const { path, sha } = repository('https://github.com/acme/web');
	expect(await metadata.find({ ...actions, GITHUB_SHA: sha }, path)).toEqual({
		commit: {
			sha,
			branch: 'main',
			message: 'Fix the pump',
			author: 'octocat',
			url: `https://github.com/acme/web/commit/${sha}`
		},
		url: 'https://github.com/acme/web/actions/runs/42'
	});
});

test('what git says of another commit is left out', async () => {
	const { path } = repository('https://github.com/acme/web');
	const { commit } = await metadata.find({ ...actions, GITHUB_SHA: 'abc', GITHUB_HEAD_REF: 'topic' }, path);
	expect(commit).toEqual({
		sha: 'abc',
		branch: 'topic',
		author: 'octocat',
		url: 'https://github.com/acme/web/commit/abc'
	});
});

test('GitLab CI tells commit and job, without the address of the author', async () => {
	const env = {
		GITLAB_CI: 'true',
		CI_COMMIT_SHA: 'abc',
		CI_COMMIT_REF_NAME: 'main',
		CI_COMMIT_TITLE: 'Fix the pump',
		CI_COMMIT_AUTHOR: 'Ada <ada@example.com>',
		CI_PROJECT_URL: 'https://gitlab.example.com/acme/web',
		CI_JOB_URL: 'https://gitlab.example.com/acme/web/-/jobs/7'
	};
	expect(await metadata.find(env, folder())).toEqual({
		commit: {
			sha: 'abc',
			branch: 'main',
			message: 'Fix the pump',
			author: 'Ada',
			url: 'https://gitlab.example.com/acme/web/-/commit/abc'
		},
		url: 'https://gitlab.example.com/acme/web/-/jobs/7'
	});
});

test.each([
	['https://user:secret@github.com/acme/web.git', 'https://github.com/acme/web/commit/abc'],
	['https://github.com/acme/web/', 'https://github.com/acme/web/commit/abc'],
	[
		'ssh://git@gitlab.example.com:2222/team/acme/web.git',
		'https://gitlab.example.com/team/acme/web/-/commit/abc'
	],
	['git@gitlab.com:team/web', 'https://gitlab.com/team/web/-/commit/abc'],
	['git@bitbucket.org:acme/web.git', 'https://bitbucket.org/acme/web/commits/abc'],
	['https://codeberg.org/acme/web.git', 'https://codeberg.org/acme/web/commit/abc'],
	['github-work:acme/web.git', undefined],
	['https://git.example.com/acme/web.git', undefined],
	['/srv/github.com/web.git', undefined],
	['', undefined]
])('the page of a commit of %s', (remote, url) => {
	expect(git.commitUrl(remote, 'abc')).toBe(url);
});
