// 200 deploys side by side, 10 lines/s and a viewer each: what they cost the server.
import { DeployFleet } from '../deploy-fleet.ts';
import type { Printing } from '../deploy-run.ts';
import { count, spread } from '../format.ts';
import { product, weighed } from '../targets.ts';
import { say, seconds, trial } from '../trial.ts';

const deploys = 200;
const printing: Printing = { linesPerSecond: 10, bytesPerLine: 80, seconds: seconds(30) };
const mostCores = 0.5;

await trial(async (defer) => {
	const target = await product(defer);
	const warmUp = await DeployFleet.start(defer, target, deploys);
	await warmUp.print({ ...printing, seconds: 5 });
	await warmUp.finish();

	const fleet = await DeployFleet.start(defer, target, deploys);
	const { cores } = await weighed(target, () => fleet.print(printing));
	const whole = await fleet.finish();
	const { seen } = fleet.delays;
	// Where the load itself gets no core, more lines go together and the server has less to do: this tells.
	const rate = count(seen.count / printing.seconds);
	say(`${rate} appends/s, ${spread(seen)}${whole ? '' : ', NOT all delivered'}`);
	return [
		{
			what: `${deploys} deploys and viewers`,
			measured: `${cores.toFixed(2)} of a core at ${rate} appends/s; append → viewer ${spread(seen)}`,
			must: `≤ ${mostCores} of a core, every line delivered`,
			floor: '',
			ok: whole && cores <= mostCores
		}
	];
});
