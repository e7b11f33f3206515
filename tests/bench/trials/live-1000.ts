// From sending a request to its line at each of 1,000 viewers, at 10 lines/s.
import { Crowd, type Load, type Outcome } from '../crowd.ts';
import { spread } from '../format.ts';
import { bare, product, watched, type Target } from '../targets.ts';
import { say, seconds, trial } from '../trial.ts';

const viewers = 1_000;
const warmUp: Load = { linesPerSecond: 20, batch: 1, seconds: 2 };
const load: Load = { linesPerSecond: 10, batch: 1, seconds: seconds(20) };

await trial(async (defer) => {
	const server = await product(defer);
	const { outcome, bytesPerLine } = await measure(server);
	await server.stop();
	const floor = await measure(await bare(defer, load.batch, bytesPerLine));

	const p50 = outcome.delays.quantile(0.5);
	const least = floor.outcome.delays.quantile(0.5);
	const p99 = outcome.delays.quantile(0.99);
	const bound = Math.min(15, 1.6 * least + 4);
	return [
		{
			what: 'request sent → at each viewer',
			measured: spread(outcome.delays),
			must: `p50 ≤ ${bound.toFixed(1)} ms (15, 1.6 × floor + 4), p99 ≤ 60 ms`,
			floor: `${spread(floor.outcome.delays)} (bare node:http)`,
			ok: outcome.whole && p50 <= bound && p99 <= 60
		}
	];
});

async function measure(target: Target): Promise<{ outcome: Outcome; bytesPerLine: number }> {
	const crowd = await Crowd.open(target, viewers);
	await crowd.run(warmUp);
	const outcome = await watched(target, () => crowd.run(load));
	say(`${spread(outcome.delays)}${outcome.whole ? '' : ', NOT all delivered'}`);
	crowd.close();
	return { outcome, bytesPerLine: crowd.bytesPerLine };
}
