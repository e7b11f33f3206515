import { execFile } from 'node:child_process';
import type { Commit } from './api.ts';

/** How long git may take, in ms. */
const patience = 1_000;

/** The commit of the surrounding repository; nothing without one, or without git. */
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

/** The web page of a commit, for known hosts. Only host and path are taken from the remote: it may contain a password. */
export function commitUrl(remote: string, sha: string): string | undefined {
	const parts =
		/^(?:https?|ssh|git):\/\/(?:[^/@]*@)?([^/:]+)(?::\d+)?\/(.+)$/.exec(remote) ??
		/^(?:[^/@:]+@)?([^/:]+):(?!\/\/)\/?(.+)$/.exec(remote);
	const [, host = '', path = ''] = parts ?? [];
	const page = pages.find(([known]) => known.test(host))?.[1];
	if (!page || !host.includes('.')) return undefined;
	return `https://${host}/${path.replace(/\/$/, '').replace(/\.git$/, '')}${page}${sha}`;
}

/** By the host's name, which companies' own servers share (github.example.com). */
const pages: [RegExp, string][] = [
	[/gitlab/, '/-/commit/'],
	[/github|gitea|forgejo|codeberg/, '/commit/'],
	[/bitbucket/, '/commits/']
];

function git(cwd: string, ...args: string[]): Promise<string | null> {
	return new Promise((resolve) => {
		// Any failure means the same: unknown.
		execFile('git', args, { cwd, timeout: patience, killSignal: 'SIGKILL' }, (error, stdout) => {
			resolve(error ? null : stdout.trimEnd() || null);
		});
	});
}
