import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { randomBytes } from 'node:crypto';
import { connect } from '../../src/lib/server/postgres/connect.ts';
import { Sender } from '../support/logs/sender.ts';
import { Viewer } from '../support/logs/viewer.ts';
import { bearer, expectWhole, headOf } from '../support/server/calls.ts';
import * as previous from '../support/server/previous-release.ts';
import { startServer, type Server } from '../support/server/server.ts';

vi.setConfig({ testTimeout: 300_000 });

/** A database with nothing in it, not even a schema. */
async function emptyDatabase(): Promise<string> {
	const server = connect(inject('databaseServer'), { max: 1 });
	const name = `tailrace_test_${randomBytes(8).toString('hex')}`;
	await server.unsafe(`CREATE DATABASE ${name}`);
	onTestFinished(async () => {
		await server.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
		await server.end();
	});
	const url = new URL(inject('databaseServer'));
	url.pathname = `/${name}`;
	return url.href;
}

async function startStopped(env: Record<string, string>, checkout?: string): Promise<Server> {
	const server = await startServer({ env, ...(checkout !== undefined && { checkout }) });
	onTestFinished(() => server.stop());
	return server;
}

const commit = previous.commit();
const title = 'the release before works on beside this one, which migrates its database, until it is stopped';

test(commit ? title : `${title} (left out: this checkout has no history)`, async () => {
	if (!commit) return;
	const { folder, remove } = await previous.build(commit);
	onTestFinished(remove);
	const env = { DATABASE_URL: await emptyDatabase() };
	const older = await startStopped(env, folder);
	const { key } = await older.bootstrap();
	const headers = bearer(key);
	let at = older;
	const viewer = new Viewer({ origin: () => at.url, headers });
	onTestFinished(() => viewer.close());
	const send = ({ url }: Server, name: string) =>
		new Sender({ origin: () => url, headers, name, perSecond: 50, again: 'never' });
	const senders = [send(older, 'older')];
	await viewer.reaches((await senders[0]?.acknowledges(50)) ?? 0);

	const newer = await startStopped(env);
	senders.push(send(newer, 'newer'));
	const beside = await Promise.all(senders.map((sender) => sender.acknowledges(100)));
	await viewer.reaches(Math.max(...beside)); // still on the older one
	const found = async ({ url }: Server) => {
		const answer = await fetch(`${url}/api/logs?q=newer&limit=1000`, { headers });
		return ((await answer.json()) as { logs: unknown[] }).logs.length;
	};
	expect(await found(older)).toBeGreaterThan(50);

	await senders[0]?.stop();
	at = newer;
	expect(await older.kill('SIGTERM')).toBe(0);
	await viewer.reaches((await senders[1]?.acknowledges(150)) ?? 0);
	await senders[1]?.stop();
	const head = await headOf(newer.url, key);
	expectWhole(await viewer.reaches(head), senders, head);
	expect(senders.map(({ statuses }) => [...statuses.keys()])).toEqual([[200], [200]]);
	expect(older.output()).not.toMatch(/"level":(50|60)/);
	expect(newer.output()).not.toMatch(/"level":(50|60)/);
});
