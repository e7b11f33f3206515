// The Logs page in a real Chromium while 2,000 lines/s arrive: how long its main thread is busy at a time, and its heap.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, CDPSession, Page } from '@playwright/test';
import * as browsers from '../../support/server/browser.ts';
import { Connection } from '../connection.ts';
import { megabytes, ms } from '../format.ts';
import { body, line, ndjson } from '../lines.ts';
import { categories, tasks } from '../tasks.ts';
import { product } from '../targets.ts';
import { say, seconds, trial } from '../trial.ts';
import { signIn, type Visited } from '../visitor.ts';

const requests = 20; // each second
const linesOfRequest = 100;
const duration = seconds(60);
/** When the page counts as loaded and its heap is read first, in s after its lines have begun. */
const settled = Math.min(10, duration / 3);
const longest = 50; // ms
const mostGrowth = 4 * 2 ** 20; // bytes, after a collection

await trial(async (defer) => {
	const target = await product(defer);
	const browser = await browsers.launch();
	defer(() => browser.close());
	const page = await open(browser, target);
	const session = await page.context().newCDPSession(page);

	await load(target.url, target.key, settled);
	const before = await heap(session);
	await browser.startTracing(page, { categories });
	await observe(page);
	await load(target.url, target.key, duration - settled);
	const long = await observed(page);
	const [first, ...rest] = tasks(await browser.stopTracing());
	const after = await heap(session);
	const delay = await untilShown(page, target.url, target.key);
	if (!first) throw new Error('the trace has no task of the page');
	for (const { wall, cpu, parts } of [first, ...rest].slice(0, 8))
		say(`${ms(wall)} (${ms(cpu)} on a core): ${parts}`);
	return [
		{
			what: 'longest task of the main thread',
			measured: `${ms(first.wall)} (${ms(first.cpu)} on a core); ${long.length} over ${longest} ms`,
			must: `none over ${longest} ms`,
			floor: '',
			ok: first.wall <= longest && long.length === 0
		},
		{
			what: 'heap of the page',
			measured: `${megabytes(before)} → ${megabytes(after)}`,
			must: `+ ${megabytes(mostGrowth)} at most`,
			floor: '',
			ok: after - before <= mostGrowth
		},
		{
			what: 'the next line is on screen',
			measured: ms(delay),
			must: '≤ 1,000 ms',
			floor: '',
			ok: delay <= 1_000
		}
	];
});

/** Opens the logs, once there is a line. */
async function open(browser: Browser, target: Visited): Promise<Page> {
	const { url, account } = target;
	await load(url, account.key, 0.5);
	const page = await signIn(browser, target);
	await page.goto(`${url}/${account.org.slug}/logs`);
	await page.locator('[data-stream=live]').waitFor();
	return page;
}

/** Sends lines at the trial's rate, each request in its moment whatever became of those before. */
async function load(url: string, key: string, seconds: number): Promise<void> {
	const connections = await Promise.all([1, 2, 3, 4].map(() => Connection.open(url, key, ndjson)));
	const sent: (Promise<unknown> | undefined)[] = [];
	const started = performance.now();
	for (let turn = 0; turn < requests * seconds; turn++) {
		await sleep(Math.max(0, started + (turn * 1000) / requests - performance.now()));
		await sent[turn % connections.length];
		sent[turn % connections.length] = connections[turn % connections.length]
			?.send(body(linesOfRequest, turn * linesOfRequest))
			.then(requireStored);
	}
	await Promise.all(sent);
	for (const connection of connections) connection.close();
}

function requireStored({ status, body }: { status: number; body: string }): void {
	if (status !== 200) throw new Error(`lines were answered ${status}: ${body}`);
}

async function heap(session: CDPSession): Promise<number> {
	for (let round = 0; round < 2; round++) await session.send('HeapProfiler.collectGarbage');
	return (await session.send('Runtime.getHeapUsage')).usedSize;
}

/** Collects in the page what it calls long tasks itself. Source: W3C Long Tasks API, 50 ms. */
async function observe(page: Page): Promise<void> {
	await page.evaluate(() => {
		const long: number[] = [];
		Object.assign(globalThis, { long });
		new PerformanceObserver((list) =>
			long.push(...list.getEntries().map(({ duration }) => duration))
		).observe({
			type: 'longtask'
		});
	});
}

function observed(page: Page): Promise<number[]> {
	return page.evaluate(() => (globalThis as unknown as { long: number[] }).long);
}

/** How long after a request was sent its line is on screen, in ms: the page still follows. */
async function untilShown(page: Page, url: string, key: string): Promise<number> {
	const connection = await Connection.open(url, key, ndjson);
	const started = performance.now();
	const shown = page.getByRole('log').getByText('the last line').waitFor();
	requireStored(await connection.send(Buffer.from(line('the last line'))));
	await shown;
	connection.close();
	return performance.now() - started;
}
