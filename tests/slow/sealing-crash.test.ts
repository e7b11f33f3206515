import { expect, onTestFinished, test, vi } from 'vitest';
import { Sealing } from '../../src/lib/server/logs/sealing.ts';
import { connect, type Sql } from '../../src/lib/server/postgres/connect.ts';
import { line, linesOf, makeOrganization, receive } from '../support/logs/lines.ts';
import { Sender } from '../support/logs/sender.ts';
import { Viewer } from '../support/logs/viewer.ts';
import { inTurn, threeServers, type Scene } from '../support/server/broken-scene.ts';
import { bearer, expectWhole, headOf } from '../support/server/calls.ts';

vi.setConfig({ testTimeout: 120_000 });

const day = 24 * 60 * 60 * 1000;
/** PostgreSQL is killed so often, each time in the middle of a step, after so many others. */
const [kills, steps] = [2, 5];

/** Appends of lines that are old enough to be sealed at once, beside those of the server; failed ones are not repeated. */
async function write(sql: Sql, isOver: () => boolean) {
	const org = await makeOrganization(sql);
	const acknowledged: string[] = [];
	async function go(): Promise<void> {
		for (let n = 0; !isOver(); n++) {
			const messages = Array.from({ length: 20 }, (_, index) => `${n * 20 + index}`);
			const appended = receive(sql, org, messages.map(line), Date.now() - 2 * day);
			await appended.then(
				() => acknowledged.push(...messages),
				() => {} // PostgreSQL is away: whether it has them is not known
			);
		}
	}
	return { org, acknowledged, going: go() };
}

/** Seals what there is, again and again, and kills PostgreSQL while a step has written but not committed. */
function seal(sql: Sql, { killPostgres }: Scene) {
	const failures: unknown[] = [];
	let [merged, killed] = [0, 0];
	const damaged = (error: Error) => expect.fail(error.message);
	const kill = () => {
		if (++merged % (steps + 1) !== 0 || killed === kills) return;
		killed++;
		void killPostgres();
	};
	const sealing = new Sealing(sql, { damaged, merged: kill });
	const isOver = () => killed === kills && merged > (kills + 1) * (steps + 1);
	async function go(): Promise<void> {
		while (!isOver()) await sealing.run().catch((error: unknown) => void failures.push(error));
	}
	return { sealing, isOver, failures, going: go() };
}

const isOld = (sql: Sql, org: string) => sql`
	SELECT 1 FROM log_chunks WHERE org_id = ${org} AND day = 'infinity' AND received_at < now() - interval '1 day'`;

test('PostgreSQL killed while lines are sealed loses, doubles and reorders nothing, and sealing goes on', async () => {
	const scene = await threeServers();
	const [server] = scene.servers as [(typeof scene.servers)[0]];
	const { key } = await server.bootstrap();
	const sql = connect(scene.url, { max: 6 });
	onTestFinished(() => sql.end({ timeout: 1 }));
	const sender = new Sender({
		...{ origin: inTurn(scene.servers), headers: bearer(key), name: 'live:', perSecond: 50 },
		again: 'same key'
	});
	const viewer = new Viewer({ origin: inTurn(scene.servers), headers: bearer(key) });
	onTestFinished(() => viewer.close());

	const sealed = seal(sql, scene);
	const writers = await Promise.all([1, 2, 3].map(() => write(sql, sealed.isOver)));
	await Promise.all([sealed.going, ...writers.map(({ going }) => going)]);
	await sender.acknowledges(20);
	await sender.stop();
	expect(sealed.failures.length).toBeGreaterThan(0);

	await sealed.sealing.run();
	for (const { org, acknowledged } of writers) {
		expect(await isOld(sql, org)).toEqual([]);
		const lines = await linesOf(sql, org);
		expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index + 1));
		const stored = lines.map(({ message }) => Number(message));
		expect(stored).toEqual([...new Set(stored)].toSorted((a, b) => a - b));
		const present = new Set(lines.map(({ message }) => message));
		expect(acknowledged.filter((message) => !present.has(message))).toEqual([]);
	}
	const head = await headOf(server.url, key);
	expectWhole(await viewer.reaches(head), [sender], head);
});
