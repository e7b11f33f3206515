// Sealing beside full ingest: how far it is behind at the end, and how long it takes to catch up. Reported, without a bound.
import { setTimeout as sleep } from 'node:timers/promises';
import { flood } from '../flood.ts';
import { count } from '../format.ts';
import { gauge, product, type Target } from '../targets.ts';
import { say, seconds, trial } from '../trial.ts';

/** So few lines may wait at any time: what is younger than a minute is left alone. */
const settled = 20_000;
const patienceMs = 600_000;

await trial(async (defer) => {
	const target = await product(defer);
	const took = seconds(600);
	const rate = await flood(target, took);
	const behind = await fresh(target);
	say(
		`${count(rate)} lines/s for ${took} s; ${count(behind.lines)} lines wait in ${count(behind.chunks)} chunks`
	);
	const stopped = performance.now();
	while ((await fresh(target)).lines > settled && performance.now() < stopped + patienceMs)
		await sleep(1_000);
	const caughtUp = (performance.now() - stopped) / 1000;
	return [
		{
			what: `behind after ${took} s of ingest`,
			measured: `${count(behind.lines)} lines, ${behind.seconds.toFixed(0)} s`,
			must: 'reported',
			floor: `${count(rate)} lines/s came in`,
			ok: true
		},
		{
			what: 'caught up after',
			measured: `${caughtUp.toFixed(0)} s`,
			must: 'reported',
			floor: 'a minute, which a chunk is left alone',
			ok: true
		}
	];
});

async function fresh(target: Target) {
	return {
		lines: await gauge(target, 'tailrace_fresh_lines'),
		chunks: await gauge(target, 'tailrace_fresh_chunks'),
		seconds: await gauge(target, 'tailrace_fresh_seconds')
	};
}
