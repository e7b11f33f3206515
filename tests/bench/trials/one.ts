// One line on an idle server, next to one INSERT into the same PostgreSQL.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '../../../src/lib/server/postgres/connect.ts';
import { Connection } from '../connection.ts';
import { ms, spread } from '../format.ts';
import { Histogram } from '../histogram.ts';
import { line } from '../lines.ts';
import { withDatabase } from '../store.ts';
import { product, type Target } from '../targets.ts';
import { trial } from '../trial.ts';

const times = 300;
const restMs = 20; // so that each finds the server idle
const mostDelay = 4; // ms, the median

await trial(async (defer) => {
	const target = await product(defer);
	const acks = await post(target);
	const inserts = await withDatabase(target, insert);
	return [
		{
			what: 'one line on an idle server',
			measured: `ack ${spread(acks)}`,
			must: `ack p50 ≤ ${ms(mostDelay)}`,
			floor: `${spread(inserts)} (one INSERT)`,
			ok: acks.quantile(0.5) <= mostDelay
		}
	];
});

async function post({ url, key }: Target): Promise<Histogram> {
	const connection = await Connection.open(url, key, 'application/json');
	const body = Buffer.from(line(1));
	const acks = await time(async () => {
		const answer = await connection.send(body);
		if (answer.status !== 200) throw new Error(`a line was answered ${answer.status}: ${answer.body}`);
	});
	connection.close();
	return acks;
}

async function insert(sql: Sql): Promise<Histogram> {
	await sql`CREATE TABLE bench_lines (at timestamptz NOT NULL, message text NOT NULL)`;
	const message = line(1);
	return time(() => sql`INSERT INTO bench_lines VALUES (clock_timestamp(), ${message})`);
}

/** How long it takes in ms, after a few times that do not count. */
async function time(act: () => PromiseLike<unknown>): Promise<Histogram> {
	const histogram = new Histogram();
	for (let round = -50; round < times; round++) {
		await sleep(restMs);
		const started = performance.now();
		await act();
		if (round >= 0) histogram.add(performance.now() - started);
	}
	return histogram;
}
