import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import * as embedded from '../../src/lib/server/postgres/embedded.ts';
import {
	connect,
	connections,
	end,
	keepNote,
	makeDataFolder,
	makeLog,
	notes,
	postmasterPid,
	start,
	startElsewhere,
	urlFrom
} from '../support/server/embedded.ts';

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
