// 8 deploys of 1.2 MB each at once: from sending an append to its last byte at the viewer.
import { DeployFleet } from '../deploy-fleet.ts';
import type { Printing } from '../deploy-run.ts';
import { spread } from '../format.ts';
import { product, watched } from '../targets.ts';
import { say, seconds, trial } from '../trial.ts';

const deploys = 8;
/** In 15 s that is 30,000 lines: the 1.2 MB. */
const printing: Printing = { linesPerSecond: 2_000, bytesPerLine: 40, seconds: seconds(15) };
const flushMs = 100; // DEPLOY_FLUSH_MS, its default

await trial(async (defer) => {
	const target = await product(defer, { DEPLOY_FLUSH_MS: String(flushMs) });
	const warmUp = await DeployFleet.start(defer, target, deploys);
	await warmUp.print({ ...printing, seconds: 2 });
	await warmUp.finish();

	const fleet = await DeployFleet.start(defer, target, deploys);
	const { seen, acknowledged } = fleet.delays;
	await watched(target, () => fleet.print(printing));
	const whole = await fleet.finish();
	say(`${seen.count} appends, ${spread(seen)}${whole ? '' : ', NOT all delivered'}`);
	return [
		{
			what: 'append sent → whole at the viewer',
			measured: spread(seen),
			must: 'p50 ≤ 120 ms, p99 ≤ 300 ms',
			floor: `flush every ${flushMs} ms; ack ${spread(acknowledged)}`,
			ok: whole && seen.quantile(0.5) <= 120 && seen.quantile(0.99) <= 300
		}
	];
});
