import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFailed, onTestFinished, test, vi } from 'vitest';
import type { Sql } from '../../src/lib/server/postgres/connect.ts';
import { bearer, expectWhole, headOf } from '../support/server/calls.ts';
import { root, startServer, type Server } from '../support/server/server.ts';
import { startSite, type Site } from '../support/server/site.ts';
import { Sender } from '../support/logs/sender.ts';
import { Viewer } from '../support/logs/viewer.ts';
import { requestOf } from '../support/tenancy/matrix-requests.ts';
import { makeScene, type Asker, type Scene } from '../support/tenancy/matrix-scene.ts';
import { rows } from '../support/tenancy/matrix.ts';

vi.setConfig({ testTimeout: 180_000 });

/** What the next release may do (src/lib/server/postgres/migrations.test.ts), to every table there is. */
async function migrateFurther(sql: Sql): Promise<void> {
	const journal = await readFile(join(root, 'drizzle/postgres/meta/_journal.json'), 'utf8');
	const { entries } = JSON.parse(journal) as { entries: { when: number }[] };
	const newest = Math.max(...entries.map(({ when }) => when));
	const tables = await sql<{ name: string }[]>`
		SELECT c.relname AS name FROM pg_class c
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition`;
	expect(tables.length).toBeGreaterThan(15);
	for (const { name } of tables)
		await sql.unsafe(`ALTER TABLE "${name}" ADD COLUMN of_the_next_release text DEFAULT 'new' NOT NULL`);
	await sql`CREATE TABLE of_the_next_release (id uuid PRIMARY KEY)`;
	await sql`INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('of the next release', ${newest + 1})`;
}

/** Every way into a server, as people of each kind: those that are answered with a fault of ours. */
async function faultsOf({ server }: Site, scene: Scene): Promise<string[]> {
	const asking: Asker[] = ['nobody', 'viewer', 'read key', 'write key', 'instance admin'];
	const all = rows.flatMap(({ way }) => asking.map((asker) => ({ way, asker })));
	const faults: string[] = [];
	const next = async (): Promise<void> => {
		for (let one = all.shift(); one; one = all.shift()) {
			const headers = scene.headers[one.asker];
			const { path, ...init } = requestOf(one.way, scene, 'cookie' in headers);
			const sent = { ...init.headers, ...headers };
			const answer = await fetch(server.url + path, { redirect: 'manual', ...init, headers: sent });
			await answer.body?.cancel();
			if (answer.status >= 500) faults.push(`${one.way} · ${one.asker} · ${answer.status}`);
		}
	};
	await Promise.all(Array.from({ length: 8 }, next));
	return faults;
}

test('a server works on after a newer release has migrated its database, beside servers that start then', async () => {
	const site = await startSite({ SIGN_UP: 'open' });
	const servers: Server[] = [site.server];
	onTestFailed(() => servers.forEach((server) => process.stderr.write(server.output())));
	onTestFinished(async () => {
		await Promise.all(servers.slice(1).map((server) => server.stop()));
		await site.stop();
	});
	const { key } = (await site.tenant()).made;
	const viewer = new Viewer({ origin: () => (servers.at(-1) as Server).url, headers: bearer(key) });
	onTestFinished(() => viewer.close());
	const send = ({ url }: Server, index: number) =>
		new Sender({ origin: () => url, headers: bearer(key), name: `${index}:`, perSecond: 50, again: 'never' });
	const senders = [send(site.server, 0)];
	await viewer.reaches(await (senders[0] as Sender).acknowledges(50));
	const scene = await makeScene(site);
	expect(await faultsOf(site, scene)).toEqual([]); // its statements are prepared from here on

	await migrateFurther(site.database.sql);
	const newer = await startServer({ env: { DATABASE_URL: site.database.url } });
	servers.push(newer);
	senders.push(send(newer, 1));
	viewer.hop();
	const seqs = await Promise.all(senders.map((sender) => sender.acknowledges(50)));
	await viewer.reaches(Math.max(...seqs));
	expect(await faultsOf(site, scene)).toEqual([]);

	await Promise.all(senders.map((sender) => sender.stop()));
	const head = await headOf(site.server.url, key);
	expectWhole(await viewer.reaches(head), senders, head);
	expect(senders.map(({ statuses }) => [...statuses.keys()])).toEqual([[200], [200]]);
	// What started later is the older one here: its release does not know the last migration.
	expect(newer.output()).toContain('a newer release of Tailrace has migrated the database');
});
