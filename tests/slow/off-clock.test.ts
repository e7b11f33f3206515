import { expect, onTestFailed, onTestFinished, test, vi } from 'vitest';
import { bearer, expectWhole, headOf } from '../support/server/calls.ts';
import { inTurn } from '../support/server/broken-scene.ts';
import { testDatabase } from '../support/server/database.ts';
import { offBy } from '../support/server/off-clock.ts';
import { startServer, type Server } from '../support/server/server.ts';
import { Sender } from '../support/logs/sender.ts';
import { Viewer } from '../support/logs/viewer.ts';
import * as signIn from '../support/people/people.ts';

vi.setConfig({ testTimeout: 120_000 });

const minute = 60_000;
/** How long a viewer stays with one server before it goes to the next, in ms. */
const stay = 300;

/** A server whose clock is right, one whose is off, and another right one, on one PostgreSQL. */
async function open(offMs: number) {
	const database = await testDatabase();
	const env = { DATABASE_URL: database.url };
	const servers = await Promise.all([
		startServer({ env }),
		startServer({ env: { ...env, ...offBy(offMs) } }),
		startServer({ env })
	]);
	onTestFailed(() => servers.forEach((server) => process.stderr.write(server.output())));
	onTestFinished(async () => {
		await Promise.all(servers.map((server) => server.stop()));
		await database.drop();
	});
	return { ...database, servers: servers as [Server, Server, Server] };
}

test.each([5, -5])(
	'a server whose clock is %i minutes off stores lines as all others do',
	async (minutes) => {
		const { sql, servers } = await open(minutes * minute);
		const [right, off] = servers;
		const { key } = await right.bootstrap();
		const began = Date.now();
		const headers = bearer(key);
		const viewers = servers.map(({ url }) => new Viewer({ origin: () => url, headers }));
		const changing = new Viewer({ origin: inTurn(servers), headers });
		const hopping = setInterval(() => changing.open && changing.hop(), stay);
		viewers.push(changing);
		onTestFinished(() => (clearInterval(hopping), viewers.forEach((viewer) => viewer.close())));
		const senders = servers.map(({ url }, index) => {
			const name = `server ${index}:`;
			return new Sender({ origin: () => url, headers, name, perSecond: 50, again: 'never' });
		});
		await Promise.all(senders.map((sender) => sender.acknowledges(100)));
		await Promise.all(senders.map((sender) => sender.stop()));
		const head = await headOf(off.url, key);
		for (const viewer of viewers) expectWhole(await viewer.reaches(head), senders, head);

		// In order, by the time that all servers share: none lies minutes before or after.
		const chunks = await sql<{ first: Date; last: Date }[]>`
		SELECT min(received_at) AS first, max(received_at) AS last FROM log_chunks`;
		expect(chunks[0]?.first.getTime()).toBeGreaterThanOrEqual(began - 2_000);
		expect(chunks[0]?.last.getTime()).toBeLessThanOrEqual(Date.now() + 2_000);
		const [times] = await sql<{ from: Date; to: Date }[]>`
		SELECT min(time_from) AS from, max(time_to) AS to FROM log_chunks`;
		expect(times?.from.getTime()).toBeGreaterThanOrEqual(began - 2_000);
		expect(times?.to.getTime()).toBeLessThanOrEqual(Date.now() + 2_000);
		// Whether they were stored may still be asked, so neither server has touched them.
		const [young] = await sql<{ fresh: number }[]>`
		SELECT count(*) AS fresh FROM log_chunks WHERE append_id IS NULL`;
		expect(young?.fresh).toBe(0);

		const clocks = async () => {
			const rows = await sql<{ off: boolean }[]>`SELECT abs(clock_ms) > 60000 AS off FROM instances`;
			return rows.map(({ off }) => off).sort();
		};
		await expect.poll(clocks, { timeout: 30_000 }).toEqual([false, false, true]);
		expect(off.output()).toContain("this server's clock differs from PostgreSQL's");
	}
);

test('somebody who is signed in is so on a server whose clock is five minutes fast, and costs no write a request', async () => {
	const { sql, servers } = await open(5 * minute);
	const { user } = await servers[0].bootstrap();
	const { token } = await signIn.openAccounts(sql).sessions.create(user.id, signIn.from('192.0.2.1'));
	const headers = { cookie: `tailrace_session=${token}` };
	const used = async () => (await sql`SELECT last_used_at, expires_at FROM sessions`)[0];
	const before = await used();
	for (const { url } of servers) {
		const answer = await fetch(`${url}/account`, { headers, redirect: 'manual' });
		expect(answer.status).toBe(200);
	}
	expect(await used()).toEqual(before);
});
