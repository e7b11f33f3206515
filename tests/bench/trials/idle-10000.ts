// 10,000 viewers of quiet organizations: what each costs, and how late a line is.
import { Crowd, type Load, type Outcome } from '../crowd.ts';
import { megabytes, spread } from '../format.ts';
import { Histogram } from '../histogram.ts';
import { bare, product, watched, type Target } from '../targets.ts';
import { say, seconds, trial } from '../trial.ts';

const viewers = 10_000;
/** As few as may fill a server: one of them may have a quarter of its streams. */
const organizations = 4;
const load: Load = { linesPerSecond: 1, batch: 1, seconds: seconds(20) };
const mostBytes = 60_000; // of each viewer
const mostDelay = 1_500; // ms, at the 99th percentile

await trial(async (defer) => {
	requireFiles(viewers + 500);
	const server = await product(defer);
	const keys = [server.key];
	while (keys.length < organizations) keys.push((await server.server.bootstrap(`org-${keys.length}`)).key);
	const { outcome, bytesEach, bytesPerLine } = await measure(keys.map((key) => ({ ...server, key })));
	await server.stop();
	const floor = await measure([await bare(defer, load.batch, bytesPerLine)]);
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

/**
 * The viewers share the organizations, each of which sends so much, one after the other's. Memory is read after a collection,
 * before the first viewer and after the last line.
 */
async function measure(targets: Target[]): Promise<Measured> {
	const [target] = targets as [Target];
	const one = await Crowd.open(target, 1);
	await one.run({ ...load, linesPerSecond: 20, seconds: 2 });
	one.close();
	const before = await target.inside.settle();
	const crowds: Crowd[] = [];
	for (const own of targets) crowds.push(await Crowd.open(own, viewers / targets.length));
	say(`${viewers} streams are open`);
	await runAll(crowds, { ...load, seconds: 2 });
	const outcome = await watched(target, () => runAll(crowds, load));
	const after = await target.inside.settle();
	say(`${spread(outcome.delays)}, ${megabytes(before.resident)} → ${megabytes(after.resident)}`);
	crowds.forEach((crowd) => crowd.close());
	const bytesEach = (after.resident - before.resident) / viewers;
	return { outcome, bytesEach, bytesPerLine: crowds[0]?.bytesPerLine ?? 0 };
}

/** The load on every crowd at once, and what came of it for all their viewers. */
async function runAll(crowds: Crowd[], load: Load): Promise<Outcome> {
	const outcomes = await Promise.all(crowds.map((crowd) => crowd.run(load)));
	const delays = new Histogram();
	for (const outcome of outcomes) delays.addAll(outcome.delays);
	const delivered = outcomes.reduce((sum, outcome) => sum + outcome.delivered, 0);
	return { delays, delivered, whole: outcomes.every(({ whole }) => whole) };
}

/** Node raises its limit of open files to what the system allows; the rest is up to whoever runs this. */
function requireFiles(least: number): void {
	const report = process.report.getReport() as { userLimits?: { open_files?: { hard: number | string } } };
	const most = report.userLimits?.open_files?.hard;
	if (typeof most !== 'number' || most >= least) return;
	throw new Error(`This needs ${least} open files and the limit is ${most}: raise it with "ulimit -n".`);
}
