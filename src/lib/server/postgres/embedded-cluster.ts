import { execFile } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { chown, mkdtemp, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { ifAbsent, Unstartable } from './embedded-error.ts';
import { runAs, type User } from './embedded-user.ts';

/** A folder with a complete cluster, and how to reach it while a server runs on it. */
export interface Cluster {
	readonly folder: string;
	/** The user who runs the server; null for ourselves. */
	readonly user: User | null;
	readonly password: string;
	/** On 127.0.0.1. */
	readonly port: number;
}

const access = v.object({ password: v.string(), port: v.number() });
type Access = v.InferOutput<typeof access>;

const run = promisify(execFile);
const unfinished = 'postgres.new-';

/** The folder of a data folder's cluster, whether or not it exists. */
export function folderIn(dataDir: string): string {
	return join(dataDir, 'postgres');
}

/** The cluster of a data folder as it is, or null if none exists. Throws Unstartable if its folder holds something else. */
export async function find(dataDir: string, user: User | null): Promise<Cluster | null> {
	const folder = folderIn(dataDir);
	const text = await readFile(accessFile(folder), 'utf8').catch(ifAbsent);
	if (text !== null) return { folder, user, ...v.parse(access, JSON.parse(text)) };
	const found = await readdir(folder).catch(ifAbsent);
	if (!found || found.length === 0) return null;
	throw new Unstartable(
		`${folder} is not empty and not a cluster that Tailrace created (${accessFile(folder)} is missing). ` +
			'Move it away, or set DATA_DIR to another folder.'
	);
}

/**
 * Creates the cluster of a data folder. It appears whole or not at all: remains of a crash keep another name and are swept away
 * here, the next time. `programs` is the folder with initdb.
 */
export async function initialise(dataDir: string, user: User | null, programs: string): Promise<Cluster> {
	await sweep(dataDir);
	const workshop = await mkdtemp(join(dataDir, unfinished));
	const made = join(workshop, 'cluster');
	const secret = { password: randomBytes(24).toString('base64url'), port: await freePort() };
	await writeDurably(join(workshop, 'password'), secret.password, user);
	if (user) await chown(workshop, user.uid, user.gid);
	await run(join(programs, 'initdb'), initdbArguments(workshop, made), runAs(user));
	await writeAccess(made, secret, user);
	await rename(made, folderIn(dataDir));
	await syncFolder(dataDir);
	await rm(workshop, { recursive: true });
	return { folder: folderIn(dataDir), user, ...secret };
}

/**
 * The cluster ready for a server of ours: owned by the user who runs it, and with a free port. The port stays the same between
 * starts if possible, so that a noted URL still works.
 */
export async function prepare(cluster: Cluster): Promise<Cluster> {
	const { folder, user, password } = cluster;
	if (user && (await stat(folder)).uid !== user.uid) {
		await run('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
	}
	if (await isFree(cluster.port)) return cluster;
	const port = await freePort();
	await writeAccess(folder, { password, port }, user);
	return { ...cluster, port };
}

/** A connection string; the password needs no escaping. */
export function urlOf({ password, port }: Cluster): string {
	return `postgres://tailrace:${password}@127.0.0.1:${port}/postgres`;
}

function initdbArguments(workshop: string, made: string): string[] {
	return [
		`--pgdata=${made}`,
		`--pwfile=${join(workshop, 'password')}`,
		'--username=tailrace',
		'--auth=scram-sha-256',
		'--data-checksums',
		'--encoding=UTF8',
		'--locale=C',
		// PostgreSQL's own Unicode rules: an update of the system's libc cannot change the order of an index.
		'--locale-provider=builtin',
		'--builtin-locale=C.UTF-8',
		'--no-instructions'
	];
}

async function sweep(dataDir: string): Promise<void> {
	const names = (await readdir(dataDir)).filter((name) => name.startsWith(unfinished));
	// The initdb of a killed server may still be writing for a moment: hence the retries.
	const options = { recursive: true, force: true, maxRetries: 20, retryDelay: 50 };
	await Promise.all(names.map((name) => rm(join(dataDir, name), options)));
}

function accessFile(folder: string): string {
	return join(folder, 'tailrace.json');
}

async function writeAccess(folder: string, secret: Access, user: User | null): Promise<void> {
	const draft = `${accessFile(folder)}.${randomBytes(6).toString('hex')}`;
	await writeDurably(draft, JSON.stringify(secret), user);
	await rename(draft, accessFile(folder));
	await syncFolder(folder);
}

/** Writes a new file that only its owner can read; `wx` follows no link that someone has put in the way. */
async function writeDurably(path: string, text: string, user: User | null): Promise<void> {
	await using file = await open(path, 'wx', 0o600);
	await file.writeFile(text);
	if (user) await file.chown(user.uid, user.gid);
	await file.sync();
}

async function syncFolder(path: string): Promise<void> {
	await using folder = await open(path, 'r');
	await folder.sync();
}

/** A free port below those that systems give to outgoing connections (from 32768 on Linux), to stay free. */
async function freePort(): Promise<number> {
	const port = randomInt(20_000, 32_768);
	return (await isFree(port)) ? port : freePort();
}

function isFree(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const server = createServer();
		server.once('error', () => resolve(false));
		server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)));
	});
}
