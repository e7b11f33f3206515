// 10,000 viewers of a quiet organization: what each costs, and how late a line is.
import { Crowd, type Load, type Outcome } from '../crowd.ts';
import { megabytes, spread } from '../format.ts';
import { bare, product, watched, type Target } from '../targets.ts';
import { say, seconds, trial } from '../trial.ts';

const viewers = 10_000;
const load: Load = { linesPerSecond: 1, batch: 1, seconds: seconds(20) };
const mostBytes = 60_000; // of each viewer
const mostDelay = 1_500; // ms, at the 99th percentile

await trial(async (defer) => {
	requireFiles(viewers + 500);
	const server = await product(defer);
	const { outcome, bytesEach, bytesPerLine } = await measure(server);
	await server.stop();
	const floor = await measure(await bare(defer, load.batch, bytesPerLine));
	return [
		{
			what: 'request sent → at each viewer',
			measured: `${spread(outcome.delays)}${outcome.whole ? '' : ', NOT all delivered'}`,
			must: 'all delivered, p99 ≤ 1,500 ms',
			floor: `${spread(floor.outcome.delays)} (bare node:http)`,
			ok: outcome.whole && outcome.delays.quantile(0.99) <= mostDelay
		},
		{
			what: 'memory of each viewer',
			measured: kilobytes(bytesEach),
			must: `≤ ${kilobytes(mostBytes)}`,
			floor: `${kilobytes(floor.bytesEach)} (bare node:http)`,
			ok: bytesEach <= mostBytes
		}
	];
});

function kilobytes(bytes: number): string {
	return `${(bytes / 1000).toFixed(1)} kB`;
}

interface Measured {
	outcome: Outcome;
	/** Growth of the whole process for each viewer. */
	bytesEach: number;
	bytesPerLine: number;
}

/** Memory is read after a collection, before the first viewer and after the last line. */
async function measure(target: Target): Promise<Measured> {
	const one = await Crowd.open(target, 1);
	await one.run({ ...load, linesPerSecond: 20, seconds: 2 });
	one.close();
	const before = await target.inside.settle();
	const crowd = await Crowd.open(target, viewers);
	say(`${viewers} streams are open`);
	await crowd.run({ ...load, seconds: 2 });
	const outcome = await watched(target, () => crowd.run(load));
	const after = await target.inside.settle();
	say(`${spread(outcome.delays)}, ${megabytes(before.resident)} → ${megabytes(after.resident)}`);
	crowd.close();
	const bytesEach = (after.resident - before.resident) / viewers;
	return { outcome, bytesEach, bytesPerLine: crowd.bytesPerLine };
}

/** Node raises its limit of open files to what the system allows; the rest is up to whoever runs this. */
function requireFiles(least: number): void {
	const report = process.report.getReport() as { userLimits?: { open_files?: { hard: number | string } } };
	const most = report.userLimits?.open_files?.hard;
	if (typeof most !== 'number' || most >= least) return;
	throw new Error(`This needs ${least} open files and the limit is ${most}: raise it with "ulimit -n".`);
}
