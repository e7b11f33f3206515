import { readFileSync, rmSync } from 'node:fs';
import { mkdir, readdir, stat, watch, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as embedded from '../../src/lib/server/postgres/embedded.ts';
import {
	connect,
	end,
	keepNote,
	makeDataFolder,
	makeFolder,
	makeLog,
	notes,
	postmasterPid,
	start,
	startElsewhere,
	urlFrom
} from '../support/server/embedded.ts';

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
