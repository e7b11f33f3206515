import { chown, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as embedded from '../../src/lib/server/postgres/embedded.ts';
import {
	cloneForAnyone,
	end,
	keepNote,
	makeFolder,
	makeLog,
	notes,
	postmasterPid,
	start,
	startElsewhere,
	urlFrom
} from '../support/server/embedded.ts';

const isRoot = process.getuid?.() === 0;

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
