// 8 deploys of 1.2 MB each at once: from sending an append to its last byte at the viewer.
import { DeployFleet } from '../deploy-fleet.ts';
import type { Printing } from '../deploy-run.ts';
import { spread } from '../format.ts';
import { product, watched } from '../targets.ts';
import { say, seconds, trial, type Defer } from '../trial.ts';

const deploys = 8;
/** In 15 s that is 30,000 lines: the 1.2 MB. */
const printing: Printing = { linesPerSecond: 2_000, bytesPerLine: 40, seconds: seconds(15) };
const flushMs = 100; // DEPLOY_FLUSH_MS, its default

/** Of an append sent until it is whole at the viewer, in ms at the median. Source of both: the issues that asked for the stores. */
const mostMs = { sqlite: 120, postgres: 130 };

await trial(async (defer) => {
	const rows = [];
	for (const store of ['sqlite', 'postgres'] as const) rows.push(await run(defer, store));
	return rows;
});

async function run(defer: Defer, store: keyof typeof mostMs) {
	const target = await product(defer, { DEPLOY_FLUSH_MS: String(flushMs), DEPLOY_STORE: store });
	const warmUp = await DeployFleet.start(defer, target, deploys);
	await warmUp.print({ ...printing, seconds: 2 });
	await warmUp.finish();

	const fleet = await DeployFleet.start(defer, target, deploys);
	const { seen, acknowledged } = fleet.delays;
	await watched(target, () => fleet.print(printing));
	const whole = await fleet.finish();
	say(`${store}: ${seen.count} appends, ${spread(seen)}${whole ? '' : ', NOT all delivered'}`);
	await target.stop();
	return {
		what: `append sent → whole at the viewer, in ${store}`,
		measured: spread(seen),
		must: `p50 ≤ ${mostMs[store]} ms, p99 ≤ 300 ms`,
		floor: `flush every ${flushMs} ms; ack ${spread(acknowledged)}`,
		ok: whole && seen.quantile(0.5) <= mostMs[store] && seen.quantile(0.99) <= 300
	};
}
