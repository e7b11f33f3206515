import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './server.ts';

const git = (...words: string[]) =>
	execFileSync('git', words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

/** The commit before the one that added the newest migration; null where there is no history, as in an archive. */
export function commit(): string | null {
	try {
		const newest = git('log', '-1', '--format=%H', '--diff-filter=A', '--', 'drizzle/postgres/*.sql');
		return git('rev-parse', '--verify', '--quiet', `${newest}^`) || null;
	} catch {
		return null; // no repository, or a shallow clone
	}
}

/** A checkout of a commit with its build, and with our packages. `remove` deletes it. */
export async function build(commit: string): Promise<{ folder: string; remove(): Promise<void> }> {
	const folder = await mkdtemp(join(tmpdir(), 'tailrace-previous-'));
	const archive = execFileSync('git', ['archive', commit], { cwd: root, maxBuffer: 256 * 1024 * 1024 });
	execFileSync('tar', ['x', '-C', folder], { input: archive });
	await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
	execFileSync(process.execPath, ['scripts/build.mjs'], {
		cwd: folder,
		stdio: ['ignore', 'ignore', 'inherit']
	});
	return { folder, remove: () => rm(folder, { recursive: true }) };
}
