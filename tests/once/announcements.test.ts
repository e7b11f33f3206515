import pino from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { courierOf, type AppendOnce } from '../../src/lib/server/deploys/announcement.ts';
import { Courier } from '../../src/lib/server/outbox/courier.ts';
import type { NewEntry } from '../../src/lib/log/entry.ts';
import { logStore } from '../../src/lib/server/logs/store.ts';
import { LogWriter } from '../../src/lib/server/logs/writer.ts';
import { testDatabase, type TestDatabase } from '../support/server/database.ts';
import { keepTold } from '../support/logs/deliveries.ts';
import { DeployScene, web } from '../support/deploys/deploy-scene.ts';
import { makeOrganization } from '../support/logs/lines.ts';

let database: TestDatabase;
let writer: LogWriter;
const scene = new DeployScene();
beforeAll(async () => {
	database = await testDatabase();
	const { sql } = database;
	writer = new LogWriter({ sql, store: logStore(sql), log: pino({ level: 'silent' }), committed() {} });
});
afterAll(async () => {
	await writer.idle();
	scene.end();
	await database.drop();
});

const append: AppendOnce = async (org, entry, idempotencyKey) => {
	const report = { accepted: 1, rejected: 0 };
	const { kind } = await writer.append({ org, entries: [entry], report, bytes: 100, idempotencyKey });
	if (kind !== 'stored') throw new Error(kind);
};

const waiting = () => scene.store.announcements.size();

async function lines(org: string) {
	const { items } = await logStore(database.sql).after(org, 0, 100);
	return items.map(({ entry }) => [Date.parse(entry.time), entry.message]);
}

test('every change of a deploy is told once, in order and with its time, however late', async () => {
	const org = await makeOrganization(database.sql);
	const { id } = await scene.store.records.create(
		org,
		{ ...web, version: '1.2', environment: 'production' },
		{ now: 1_000 }
	);
	await scene.store.upkeep.interruptSilent(0, 2_000);
	await scene.store.records.append([{ org, id, offset: 0, data: Buffer.from('x\n'), cutAt: null }], 60_000);
	await scene.store.records.finish(org, id, { status: 'failed', exitCode: 3 }, 113_000);
	await scene.store.records.finish(org, id, { status: 'failed', exitCode: 3 }, 114_000); // a repeat changes nothing
	expect(await waiting()).toBe(4);
	scene.reopen(); // as after a crash

	const { watch, until } = keepTold();
	const courier = courierOf(scene.store.announcements, append, watch);
	await courier.look();
	await until('delivered', 4);
	await courier.close();
	const told = await lines(org);
	expect(told).toEqual([
		[1_000, 'deploy web 1.2 to production started'],
		[expect.any(Number), 'deploy web 1.2 to production was interrupted after 0 s: its sender went silent'],
		[60_000, 'deploy web 1.2 to production continues'],
		[113_000, 'deploy web 1.2 to production failed after 112 s with exit status 3']
	]);
	expect(await waiting()).toBe(0);
});

test('a crash between the commit of a line and our noting it does not tell it twice', async () => {
	const org = await makeOrganization(database.sql);
	await scene.store.records.create(org, web);
	const appended = Promise.withResolvers<void>();
	const crashing = new Courier<NewEntry>({
		outbox: scene.store.announcements,
		async deliver({ id, payload }) {
			await append(org, payload, `outbox ${id}`);
			appended.resolve();
			await new Promise(() => {}); // nothing more is heard of it
		},
		watch: keepTold().watch,
		most: 1,
		backoff: () => 1,
		leaseMs: 10_000
	});
	await crashing.look();
	await appended.promise;
	await crashing.close([], 1);
	scene.reopen();
	scene.sqlite.exec('UPDATE outbox SET due_at = 0'); // as if the lease were over

	const { watch, until } = keepTold();
	const courier = courierOf(scene.store.announcements, append, watch);
	await courier.look();
	await until('delivered');
	await courier.close();
	expect(await lines(org)).toHaveLength(1);
});

test('a change that cannot be announced does not take place', async () => {
	const org = 'org of nobody';
	const { id } = await scene.store.records.create(org, web, { now: 5_000 });
	scene.sqlite.exec(
		`CREATE TEMP TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END`
	);
	onTestFinished(() => void scene.sqlite.exec('DROP TRIGGER full'));
	const changes = [
		() => scene.store.records.create(org, web),
		() => scene.store.records.finish(org, id, { status: 'succeeded' }),
		() => scene.store.upkeep.interruptSilent(0)
	];
	for (const change of changes) await expect(change()).rejects.toThrow('full');
	expect((await scene.store.records.list(org, {})).deploys).toMatchObject([{ id, status: 'running' }]);
});
