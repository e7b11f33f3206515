// 8 senders of 1,000-line bodies: lines committed each second, and whether memory stays where it is.
import { Connection } from '../connection.ts';
import { count, megabytes } from '../format.ts';
import type { Memory } from '../inspector.ts';
import { body, ndjson } from '../lines.ts';
import { withFloors } from '../store.ts';
import { product, watched, type Target } from '../targets.ts';
import { say, seconds, trial } from '../trial.ts';

const senders = 8;
const linesOfBody = 1_000;
/** What eight senders make of two transactions in flight: the size of the floor's batches. */
const bodiesOfCommit = 4;
/** Times what rows would take without HTTP. */
const mostRows = 1.7;
const mostGrowth = 8 * 2 ** 20; // bytes of heap, after a collection
const bodies = Array.from({ length: 16 }, (_, index) => body(linesOfBody, index * linesOfBody));

await trial(async (defer) => {
	const target = await product(defer);
	await flood(target, 5);
	const before = await target.inside.settle();
	const rate = await watched(target, () => flood(target, seconds(20)));
	const peak = target.inside.resident();
	const after = await target.inside.settle();
	say(`${count(rate)} lines/s; ${describe(before)} → ${describe(after)}, ${megabytes(peak)} at most`);

	const floor = await withFloors(target, bodies.slice(0, bodiesOfCommit), async ({ rows, chunks }) => ({
		rows: await repeat(2, rows),
		chunks: await repeat(2, chunks)
	}));
	return [
		{
			what: 'lines committed',
			measured: `${count(rate)} lines/s`,
			must: `≥ ${mostRows} × rows`,
			floor: `without HTTP: ${count(floor.rows)} as rows, ${count(floor.chunks)} as chunks`,
			ok: rate >= mostRows * floor.rows
		},
		{
			what: 'heap before and after',
			measured: `${megabytes(before.heap)} → ${megabytes(after.heap)}`,
			must: `+ ${megabytes(mostGrowth)} at most`,
			floor: '',
			ok: after.heap - before.heap <= mostGrowth
		}
	];
});

function describe({ heap, resident }: Memory): string {
	return `heap ${megabytes(heap)}, in all ${megabytes(resident)}`;
}

/** Lines committed each second while all senders send one body after the other. */
async function flood({ url, key }: Target, seconds: number): Promise<number> {
	const started = performance.now();
	const until = started + seconds * 1000;
	let lines = 0;
	async function send(first: number): Promise<void> {
		const connection = await Connection.open(url, key, ndjson);
		for (let turn = first; performance.now() < until; turn++) {
			const answer = await connection.send(bodies[turn % bodies.length] as Buffer);
			if (answer.status !== 200) throw new Error(`a body was answered ${answer.status}: ${answer.body}`);
			lines += linesOfBody;
		}
		connection.close();
	}
	await Promise.all(Array.from({ length: senders }, (_, sender) => send(sender * 2)));
	return lines / ((performance.now() - started) / 1000);
}

/** Lines appended each second with so many transactions under way. */
async function repeat(atOnce: number, append: () => Promise<number>): Promise<number> {
	const started = performance.now();
	let lines = 0;
	async function one(): Promise<void> {
		while (performance.now() < started + 5_000) lines += await append();
	}
	await Promise.all(Array.from({ length: atOnce }, one));
	return lines / ((performance.now() - started) / 1000);
}
