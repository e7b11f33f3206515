import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { ifAbsent, Unstartable } from './embedded-error.ts';

/** An operating system user other than ours. */
export interface User {
	readonly name: string;
	readonly uid: number;
	readonly gid: number;
}

const run = promisify(execFile);

// A root shell made by plain `su` lacks the sbin folders, where useradd lives.
const env = { PATH: `${process.env.PATH ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`, LC_ALL: 'C', TZ: 'UTC' };

/**
 * The user to run PostgreSQL on a cluster folder, existing or not: null for ourselves. PostgreSQL refuses to run as root, so
 * root runs it as the folder's owner, or as `postgres`, which is created if missing. Throws Unstartable.
 */
export async function choose(folder: string): Promise<User | null> {
	const us = process.getuid?.();
	if (us === undefined) return null;
	const owner = await stat(folder).catch(ifAbsent);
	if (us === 0) return owner && owner.uid !== 0 ? { ...owner, name: await nameOf(owner.uid) } : postgres();
	if (!owner || owner.uid === us) return null;
	throw new Unstartable(
		`${folder} belongs to the user ${await nameOf(owner.uid)}, so PostgreSQL cannot use it. ` +
			'Start Tailrace as that user or as root, or give the folder to the user that starts it (chown -R).'
	);
}

/**
 * Options that run a child process as `user` (null: as ourselves). The environment is bare, because both initdb and postgres
 * obey its variables (PGDATA, PGPORT, LC_*); the working folder is open to everyone.
 */
export function runAs(user: User | null) {
	return { cwd: '/', env, ...(user && { uid: user.uid, gid: user.gid }) };
}

/** The folder that keeps `user` from reaching `folder` (an absolute path); null if there is none. */
export async function blockingFolder(user: User, folder: string): Promise<string | null> {
	// Asking the kernel as that user also covers groups and ACLs, which the mode alone does not show.
	const script = 'for folder do test -x "$folder" || { printf %s "$folder"; exit; }; done';
	const { stdout } = await run('sh', ['-c', script, 'sh', ...pathTo(folder)], runAs(user));
	return stdout || null;
}

/** Throws Unstartable, naming the folder in the way, unless `user` can reach `folder` (an absolute path). */
export async function requireReach(user: User | null, folder: string): Promise<void> {
	const blocking = user && (await blockingFolder(user, folder));
	if (!user || !blocking) return;
	const { mode } = await stat(blocking);
	throw new Unstartable(
		`PostgreSQL cannot run as root, so Tailrace, started as root, runs it as the user ${user.name}. ` +
			`That user cannot enter ${blocking} (its mode is ${(mode & 0o7777).toString(8)}) and so cannot reach ${folder}. ` +
			`Set DATA_DIR to a folder it can enter, such as /var/lib/tailrace, or let others pass with "chmod o+x ${blocking}", ` +
			'or start Tailrace as a user other than root, or set DATABASE_URL to your own PostgreSQL.'
	);
}

async function postgres(): Promise<User> {
	const existing = await lookUp('postgres');
	if (existing) return existing;
	try {
		await run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { env });
	} catch (cause) {
		const message =
			'PostgreSQL cannot run as root, and the user postgres for it is missing and could not be created. ' +
			'Create it, or start Tailrace as a user other than root, or set DATABASE_URL to your own PostgreSQL.';
		throw new Unstartable(message, { cause });
	}
	const made = await lookUp('postgres');
	if (!made) throw new Error('useradd created the user postgres, but it cannot be found');
	return made;
}

async function lookUp(name: string): Promise<User | null> {
	const id = async (what: string) => Number((await run('id', [what, name], { env })).stdout);
	const exists = await id('-u').catch(() => null);
	return exists === null ? null : { name, uid: exists, gid: await id('-g') };
}

/** The user's name, or its number if it has none, like the owner of a folder from another machine. */
async function nameOf(uid: number): Promise<string> {
	return run('id', ['-un', String(uid)], { env }).then(
		({ stdout }) => stdout.trim(),
		() => String(uid)
	);
}

function pathTo(folder: string): string[] {
	const parent = dirname(folder);
	return parent === folder ? [folder] : [...pathTo(parent), folder];
}
