// What one organization does, another must not feel: 1,000 viewers at 10 lines/s alone, beside ingest, and beside ten searches.
import { Crowd, type Load } from '../crowd.ts';
import { floodAside } from '../flood-aside.ts';
import { ms, spread } from '../format.ts';
import { Histogram } from '../histogram.ts';
import { fillDay } from '../history.ts';
import { withDatabase } from '../store.ts';
import { product, type Target } from '../targets.ts';
import { say, seconds, trial, type Measure } from '../trial.ts';

const viewers = 1_000;
const lines = 1_000_000;
const searches = 10;
const most = 100; // ms
const dayMs = 24 * 60 * 60 * 1000;
const load: Load = { linesPerSecond: 10, batch: 1, seconds: seconds(20) };

await trial(async (defer) => {
	const busy = await product(defer);
	const quiet = { ...busy, key: (await busy.server.bootstrap('quiet', 'quiet@example.com')).key };
	const day = Math.floor(Date.now() / dayMs) * dayMs - dayMs;
	await withDatabase(busy, (sql) => fillDay(sql, busy.account.org.id, day, lines));
	const crowd = await Crowd.open(quiet, viewers);
	await crowd.run({ linesPerSecond: 20, batch: 1, seconds: 2 });

	const alone = await crowd.run(load);
	say(`alone: ${spread(alone.delays)}`);
	const listing = new Histogram();
	const stop = new AbortController();
	const searching = Array.from({ length: searches }, () => searchOn(busy, stop.signal));
	const [search] = await Promise.all([crowd.run(load), listOn(quiet, listing, load.seconds)]);
	stop.abort();
	await Promise.all(searching);
	// Last: what it leaves to be sealed would still be felt in the next.
	const [ingest, rate] = await Promise.all([crowd.run(load), floodAside(busy, load.seconds)]);
	say(`beside ${Math.round(rate).toLocaleString('en')} lines/s: ${spread(ingest.delays)}`);
	crowd.close();

	const row = (what: string, delays: Histogram, whole: boolean): Measure => ({
		what,
		measured: spread(delays),
		must: `p99 ≤ ${ms(most)}`,
		floor: `alone: ${spread(alone.delays)}`,
		ok: whole && delays.quantile(0.99) <= most
	});
	return [
		row('live beside full ingest', ingest.delays, ingest.whole),
		row('live beside ten searches', search.delays, search.whole),
		row('GET /api/logs?limit=100 beside ten searches', listing, true)
	];
});

/** Searches all lines by a regular expression, again and again. */
async function searchOn({ url, key }: Target, signal: AbortSignal): Promise<void> {
	const path = `/api/logs/histogram?q=${encodeURIComponent('/after 49\\d\\d ms, \\d+ items/')}`;
	while (!signal.aborted) {
		const response = await fetch(url + path, { headers: { authorization: `Bearer ${key}` } });
		if (!response.ok) throw new Error(await response.text());
		await response.text();
	}
}

async function listOn({ url, key }: Target, took: Histogram, seconds: number): Promise<void> {
	for (const until = performance.now() + seconds * 1000; performance.now() < until;) {
		const started = performance.now();
		const response = await fetch(`${url}/api/logs?limit=100`, {
			headers: { authorization: `Bearer ${key}` }
		});
		await response.text();
		took.add(performance.now() - started);
	}
}
