import { execFile } from 'node:child_process';
import type { Commit } from './api.ts';

/** How long git may take, in ms. */
const patience = 1_000;

/** What the repository around us says; nothing without one, or without git. */
export async function read(directory: string): Promise<Partial<Commit>> {
	const [head, branch, origin] = await Promise.all([
		git(directory, 'log', '-1', '--no-show-signature', '--format=%H%n%an%n%s'),
		git(directory, 'symbolic-ref', '--short', '-q', 'HEAD'),
		git(directory, 'remote', 'get-url', 'origin')
	]);
	if (!head) return {};
	const [sha = '', author = '', message = ''] = head.split('\n');
	return { sha, author, message, branch: branch ?? undefined, url: commitUrl(origin ?? '', sha) };
}

/**
 * Where a commit can be looked at, for hosts whose pages are known. Of the remote only host and path are taken: it may hold a
 * password.
 */
export function commitUrl(remote: string, sha: string): string | undefined {
	const parts =
		/^(?:https?|ssh|git):\/\/(?:[^/@]*@)?([^/:]+)(?::\d+)?\/(.+)$/.exec(remote) ??
		/^(?:[^/@:]+@)?([^/:]+):(?!\/\/)\/?(.+)$/.exec(remote);
	const [, host = '', path = ''] = parts ?? [];
	const page = pages.find(([known]) => known.test(host))?.[1];
	if (!page || !host.includes('.')) return undefined;
	return `https://${host}/${path.replace(/\/$/, '').replace(/\.git$/, '')}${page}${sha}`;
}

/** By the name of the host, as their own servers of companies have it too (github.example.com). */
const pages: [RegExp, string][] = [
	[/gitlab/, '/-/commit/'],
	[/github|gitea|forgejo|codeberg/, '/commit/'],
	[/bitbucket/, '/commits/']
];

function git(cwd: string, ...args: string[]): Promise<string | null> {
	return new Promise((resolve) => {
		// Any failure means the same: this is not known.
		execFile('git', args, { cwd, timeout: patience, killSignal: 'SIGKILL' }, (error, stdout) => {
			resolve(error ? null : stdout.trimEnd() || null);
		});
	});
}
