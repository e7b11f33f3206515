// 1,000 viewers at 500 lines/s, then more until it ends.
import { Crowd, type Load, type Outcome } from '../crowd.ts';
import { count, ms, spread } from '../format.ts';
import { bare, product, watched, type Target } from '../targets.ts';
import { say, seconds, trial } from '../trial.ts';

const viewers = 1_000;
const rate = 500;
/** Requests each second; the lines of each grow with the rate. */
const requests = 50;
const mostDelay = 500; // ms, at the 99th percentile
const further = [600, 700, 800, 900, 1_000];

await trial(async (defer) => {
	const server = await product(defer);
	const crowd = await Crowd.open(server, viewers);
	await run(crowd, 100, 2);
	const outcome = await watched(server, () => run(crowd, rate, seconds(20)));
	const end = holds(outcome) ? await push(crowd) : `it does not hold ${rate} lines/s`;
	crowd.close();
	await server.stop();

	const floor = await measureFloor(await bare(defer, 20, crowd.bytesPerLine));
	return [
		{
			what: `${count(rate)} lines/s to ${count(viewers)} viewers`,
			measured: `${count(outcome.delivered)} lines/s, p99 ${ms(outcome.delays.quantile(0.99))}; ${end}`,
			must: `all of ${count(rate * viewers)} lines/s, p99 ≤ ${mostDelay} ms`,
			floor: `${count(floor.delivered)} lines/s, p99 ${ms(floor.delays.quantile(0.99))} (bare, 1,000,000 asked)`,
			ok: holds(outcome)
		}
	];
});

async function run(crowd: Crowd, linesPerSecond: number, seconds: number): Promise<Outcome> {
	const load: Load = { linesPerSecond, batch: linesPerSecond / requests, seconds };
	const outcome = await crowd.run(load);
	const missing = outcome.whole ? '' : ', NOT all delivered';
	say(`${linesPerSecond}/s: ${count(outcome.delivered)} lines/s, ${spread(outcome.delays)}${missing}`);
	return outcome;
}

function holds({ whole, delays }: Outcome): boolean {
	return whole && delays.quantile(0.99) <= mostDelay;
}

/** Goes on to higher rates; says which was the last that held. */
async function push(crowd: Crowd): Promise<string> {
	let held = rate;
	for (const next of further) {
		if (!holds(await run(crowd, next, 5))) return `held up to ${count(held)}/s`;
		held = next;
	}
	return `held up to ${count(held)}/s`;
}

async function measureFloor(target: Target): Promise<Outcome> {
	const crowd = await Crowd.open(target, viewers);
	await run(crowd, 1_000, 1);
	const outcome = await watched(target, () => run(crowd, 1_000, 10));
	crowd.close();
	return outcome;
}
