import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as accounts from '../../../src/lib/server/organizations/bootstrap.ts';
import { passwords } from '../../../src/lib/server/people/passwords.ts';
import { connect } from '../../../src/lib/server/postgres/connect.ts';
import * as embedded from '../../../src/lib/server/postgres/embedded.ts';
import { emptyDataDir, makeDataDir } from './cluster.ts';

/** The folder of the project. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));
/** How `npm start` runs Node (package.json). */
const asNpmStart = ['--initial-old-space-size=128'];
const readyWithinMs = 60_000;
const stopWithinMs = 15_000;

export interface ServerOptions {
	/** Variables of the server besides those set here; the environment of the tests does not reach it. */
	env?: Record<string, string>;
	/** A folder to continue with, as after a crash; the caller keeps it. Without it the server gets its own. */
	dataDir?: string;
	/** Another checkout of Tailrace, with its build; ours if left out. */
	checkout?: string;
}

/** The result of `tailrace bootstrap`, and how its owner signs in. */
export interface Account {
	org: { id: string; slug: string };
	user: { id: string; email: string };
	key: string;
	password: string;
}

/** The built server, running in its own process. */
export interface Server {
	readonly url: string;
	readonly port: number;
	readonly pid: number;
	readonly dataDir: string;
	/** Resolves when the process has ended: its exit code, or null after a signal. */
	readonly exited: Promise<number | null>;
	/** Creates an organization with an owner and a key with both scopes. Repeating it adds another key. */
	bootstrap(org?: string, email?: string): Promise<Account>;
	/** All its output so far, stdout and stderr. */
	output(): string;
	/** Sends a signal and resolves when the process has ended. A PostgreSQL may stay behind, as after a crash. */
	kill(signal: NodeJS.Signals): Promise<number | null>;
	/** Stops it, with its PostgreSQL, and removes its own data folder. Idempotent. */
	stop(): Promise<void>;
}

/**
 * Starts the built server, on a free port of 127.0.0.1, and resolves when it is ready. Throws with all its output if it ends
 * before. With ORIGIN in `env` there must be a PORT too, because the server then does not print its own.
 */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
	const { checkout = root } = options;
	if (!existsSync(join(checkout, 'build/server.js')))
		throw new Error('There is no build: run "npm run build".');
	const makeOwn = options.env?.DATABASE_URL ? emptyDataDir : makeDataDir;
	const dataDir = options.dataDir ?? (await makeOwn('server'));
	const env = environment(dataDir, options.env ?? {});
	const child = spawn(process.execPath, [...asNpmStart, 'build/server.js'], { cwd: checkout, env });
	const endWithUs = () => child.kill('SIGTERM');
	process.once('exit', endWithUs);
	const exited = once(child, 'exit').then(([code]) => {
		process.off('exit', endWithUs);
		return code as number | null;
	});
	const said = listen(child);

	async function kill(signal: NodeJS.Signals): Promise<number | null> {
		child.kill(signal);
		return exited;
	}

	async function stop(): Promise<void> {
		const late = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
		await kill('SIGTERM');
		clearTimeout(late);
		if (options.dataDir !== undefined) return;
		await stopLeftPostgres(dataDir);
		await rm(dataDir, { recursive: true, force: true });
	}

	const shown = await ready(said, exited).catch(async (error) => {
		await stop();
		throw error;
	});
	const port = Number(env.PORT) || Number(new URL(shown).port);
	const url = `http://127.0.0.1:${port}`;
	const pid = child.pid as number;
	return {
		url,
		port,
		pid,
		dataDir,
		exited,
		kill,
		stop,
		output: () => said.text,
		bootstrap: (org, email) => bootstrap(env, org, email)
	};
}

function environment(dataDir: string, env: Record<string, string>): NodeJS.ProcessEnv {
	const { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE } = process.env;
	const own = { HOST: '127.0.0.1', PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'warn', SELF_LOGS: '0' };
	const ofNpmStart = { MALLOC_ARENA_MAX: '1' };
	return { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE, ...ofNpmStart, ...own, ...env };
}

interface Said {
	text: string;
	/** Called whenever there is more. */
	more: () => void;
}

function listen(child: ChildProcess): Said {
	const said: Said = { text: '', more: () => {} };
	for (const stream of [child.stdout, child.stderr]) {
		stream?.setEncoding('utf8').on('data', (text: string) => {
			said.text += text;
			said.more();
		});
	}
	return said;
}

/** The address from the line that says that the server is ready. */
function ready(said: Said, exited: Promise<number | null>): Promise<string> {
	return new Promise((resolve, reject) => {
		const fail = (what: string) => reject(new Error(`The server ${what}. It said:\n${said.text}`));
		const late = setTimeout(fail, readyWithinMs, `was not ready within ${readyWithinMs} ms`);
		said.more = () => {
			const address = /Tailrace is ready: open (\S+)/.exec(said.text)?.[1];
			if (!address) return;
			clearTimeout(late);
			resolve(address);
		};
		void exited.then((code) => {
			clearTimeout(late);
			fail(`ended with status ${code}`);
		});
	});
}

/** Like the command, but in this process: starting one takes a second of CPU time (tests/slow/bootstrap). */
async function bootstrap(
	env: NodeJS.ProcessEnv,
	org = 'acme',
	email = `owner@${org}.example`
): Promise<Account> {
	const given = env.DATABASE_LISTEN_URL ?? env.DATABASE_URL; // straight, where a pooler is between
	const url = given ?? (await embedded.connectUrl(env.DATA_DIR ?? ''));
	if (!url) throw new Error('The server has no PostgreSQL: it is not running.');
	const sql = connect(url, { max: 1, name: 'tailrace test' });
	try {
		const password = 'correct horse battery staple';
		const owner = { name: '', email, password, organization: org };
		const made = await accounts.bootstrap(sql, passwords(), owner, { retentionDays: 30 });
		return { org: made.org, user: made.user, key: made.key, password };
	} finally {
		await sql.end();
	}
}

/** After a SIGKILL the embedded PostgreSQL runs on; adopting it is the product's own way to stop it. */
async function stopLeftPostgres(dataDir: string): Promise<void> {
	if ((await embedded.connectUrl(dataDir)) === null) return;
	const left = await embedded.start(dataDir, { info() {}, warn() {}, error() {} });
	await left.stop();
}
