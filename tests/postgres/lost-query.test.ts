import { once } from 'node:events';
import { connect as dial, createServer, type AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { connect, isAway, open } from '../../src/lib/server/postgres/connect.ts';
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

test('connections that are lost together, one with a query that was not sent yet, connect again at once', async () => {
	const { url, drop } = await testDatabase();
	onTestFinished(drop);
	const way = await detour(url);
	onTestFinished(() => way.close());
	const sql = connect(way.url, { max: 4 });
	onTestFinished(() => sql.end({ timeout: 0 }));
	const all = (seconds: number) =>
		Promise.all(Array.from({ length: 4 }, () => sql`SELECT pg_sleep(${seconds})`));

	for (let time = 0; time < 10; time++) {
		await all(0.05);
		const failing = sql`SELECT pg_sleep(60)`.catch(() => sql`SELECT 1`).catch(() => {});
		way.cut();
		await failing; // the second query went to a connection that was lost in the same turn
		way.mend();
		const late = AbortSignal.timeout(5_000); // half of what a connection may take to open
		while (!(await all(0.05).then(Boolean, isNotAway))) late.throwIfAborted();
		late.throwIfAborted();
	}
});

function isNotAway(error: unknown): boolean {
	if (isAway(error)) return false;
	throw error;
}

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

test('what PostgreSQL remarks is not printed between the lines of the log', async () => {
	const { url, drop } = await testDatabase();
	onTestFinished(drop);
	const printed = vi.spyOn(console, 'log').mockImplementation(() => {});
	onTestFinished(() => printed.mockRestore());
	const sql = open(url, { max: 1 });
	onTestFinished(() => sql.end({ timeout: 0 }));
	await sql`DO $$ BEGIN RAISE WARNING 'terminating connection'; END $$`;
	expect(printed).not.toHaveBeenCalled();
});

describe.each(['end', 'resetAndDestroy'] as const)(
	'a connection that is lost while it begins (%s)',
	(loss) => {
		test.each([1, 2, 3, 4])(
			'after %i answers leaves no query behind and ends no process',
			async (answers) => {
				const { url, drop } = await testDatabase();
				onTestFinished(drop);
				const way = await losingFirst(url, answers, loss);
				const sql = connect(way, { max: 1 });
				onTestFinished(() => sql.end({ timeout: 0 }));
				const ask = () => sql<{ found: string[] }[]>`SELECT ${['a', 'b']}::text[] AS found`;
				for (let time = 0; time < 2; time++)
					await ask().catch((error: unknown) => expect(error).toSatisfy(isAway));
				expect(await ask()).toEqual([{ found: ['a', 'b'] }]);
			}
		);
	}
);

/** A way to the database whose first connection is lost in place of this answer; gives its URL. */
async function losingFirst(to: string, answers: number, loss: 'end' | 'resetAndDestroy'): Promise<string> {
	const target = new URL(to);
	let connections = 0;
	const proxy = createServer((near) => {
		const isFirst = connections++ === 0;
		const far = dial(Number(target.port || 5432), target.hostname);
		let passed = 0;
		near.on('data', (bytes) => far.write(bytes));
		far.on('data', (bytes) => {
			if (isFirst && ++passed === answers) near[loss]();
			else near.write(bytes);
		});
		for (const socket of [near, far]) {
			socket.on('error', () => {}).on('close', () => [near, far].forEach((each) => each.destroy()));
		}
	}).listen(0, '127.0.0.1');
	onTestFinished(() => void proxy.close());
	await once(proxy, 'listening');
	const way = new URL(target);
	way.port = String((proxy.address() as AddressInfo).port);
	way.hostname = '127.0.0.1';
	return way.href;
}

test('arrays come back as they were sent', async () => {
	const { sql, drop } = await testDatabase();
	onTestFinished(drop);
	const texts = ['', 'a,b', '"quoted"', 'C:\\dir\\', '{x}', 'NULL', 'null', ' ä 🚀 ', 'two\nlines'];
	const uuids = ['019ad000-0000-7000-8000-000000000001'];
	const [found] = await sql`
		SELECT ${texts}::text[] AS texts, ${[]}::text[] AS none, ${uuids}::uuid[] AS uuids,
			${[1, 2 ** 53 - 1]}::bigint[] AS bigints, ${[1, -2]}::int[] AS integers, ${[null, 'a']}::text[] AS nulls`;
	expect(found).toEqual({
		texts,
		none: [],
		uuids,
		bigints: [1, 2 ** 53 - 1],
		integers: [1, -2],
		nulls: [null, 'a']
	});
});
