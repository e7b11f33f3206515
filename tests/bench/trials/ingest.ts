// 8 senders of 1,000-line bodies: lines committed each second, and whether memory stays where it is.
import { count, megabytes, ms } from '../format.ts';
import { bodies, flood } from '../flood.ts';
import type { Memory } from '../inspector.ts';
import { withFloors } from '../store.ts';
import { gauge, product, watched } from '../targets.ts';
import { say, seconds, trial } from '../trial.ts';

/** What eight senders make of two transactions in flight: the size of the floor's batches. */
const bodiesOfCommit = 4;
/** Times what rows would take without HTTP. */
const mostRows = 1.7;
const mostDelay = 50; // ms
const loopDelay = 'nodejs_eventloop_lag_p99_seconds';
const mostGrowth = 8 * 2 ** 20; // bytes of heap, after a collection

await trial(async (defer) => {
	const target = await product(defer);
	await flood(target, 5);
	const before = await target.inside.settle();
	await gauge(target, loopDelay); // which begins anew
	const rate = await watched(target, () => flood(target, seconds(60)));
	const delay = 1000 * (await gauge(target, loopDelay));
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
			what: 'delay of the event loop, p99',
			measured: ms(delay),
			must: `≤ ${mostDelay} ms`,
			floor: '',
			ok: delay <= mostDelay
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
