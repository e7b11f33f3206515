import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { connect, isAway } from '../../src/lib/server/postgres/connect.ts';
import { testDatabase } from '../support/server/database.ts';
import { detour } from '../support/server/detour.ts';

test('a query that is sent when another has just failed is answered or fails, however often the connection breaks', async () => {
	const { url, drop } = await testDatabase();
	onTestFinished(drop);
	const way = await detour(url);
	onTestFinished(() => way.close());
	const sql = connect(way.url, { max: 1 });
	onTestFinished(() => sql.end({ timeout: 0 }));

	const ask = () =>
		sql`SELECT 1`.then(
			() => 'answered',
			(error: unknown) => (isAway(error) ? 'away' : String(error))
		);
	for (let time = 0; time < 20; time++) {
		expect(await ask()).toBe('answered');
		const failing = sql`SELECT pg_sleep(60)`.then(() => 'answered', ask);
		way.cut();
		expect(await failing).toBe('away');
		way.mend();
		while ((await ask()) === 'away');
	}
});

test('a server that closes the connection before it says anything is away', async () => {
	const proxy = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
	onTestFinished(() => void proxy.close());
	await once(proxy, 'listening');
	const sql = connect(`postgres://nobody@127.0.0.1:${(proxy.address() as AddressInfo).port}/none`, {
		max: 1
	});
	onTestFinished(() => sql.end({ timeout: 0 }));
	await expect(sql`SELECT 1`.execute()).rejects.toSatisfy(isAway);
});

test('a query that is cancelled fails as cancelled, and the cancellation itself does not', async () => {
	const { sql, drop } = await testDatabase();
	onTestFinished(drop);
	const sleeping = sql`SELECT pg_sleep(60)`;
	const failed = expect(sleeping.execute()).rejects.toMatchObject({ code: '57014' }); // query_canceled
	await expect
		.poll(
			async () =>
				(
					await sql`SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()`
				).count
		)
		.toBe(1);
	await sleeping.cancel();
	await failed;
});
