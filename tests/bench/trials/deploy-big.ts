// A log of 100 MB and a million lines: opening its page at the end and in the middle, searching it, and the server's memory.
import type { Page } from '@playwright/test';
import * as browsers from '../../support/server/browser.ts';
import * as deployLines from '../deploy-lines.ts';
import { DeploySender } from '../deploy-sender.ts';
import { count, megabytes, ms } from '../format.ts';
import type { Memory } from '../inspector.ts';
import { product, watched, type Target } from '../targets.ts';
import { say, trial, type Measure } from '../trial.ts';
import { signIn } from '../visitor.ts';

const lines = 1_000_000;
const linesOfAppend = 1_000;
const bytesOfLine = 100; // 100 MB in all, just under the limit of 100 MiB
const middle = lines / 2;
const searches = [
	{ what: 'search: in the last line but one', text: String(lines - 1).padStart(7, '0'), matches: 1 },
	{ what: 'search: beyond ASCII, in the last line', text: deployLines.markOf(lines), matches: 1 },
	{ what: 'search: nowhere', text: 'nowhere to be found', matches: 0 }
];
const rounds = 5;
const mostOpening = 500; // ms
const mostSearching = 1_000; // ms
const mostGrowth = 16 * 2 ** 20; // bytes

await trial(async (defer) => {
	const target = await product(defer, { DEPLOY_FLUSH_MS: '1' });
	const id = await fill(target);
	const browser = await browsers.launch();
	defer(() => browser.close());
	const page = await signIn(browser, target);
	const address = `${target.url}/${target.account.org.slug}/deploys/${id}`;
	const opened: { end: number[]; middle: number[] } = { end: [], middle: [] };
	const searched = searches.map((): number[] => []);
	async function visit(): Promise<void> {
		opened.end.push(await open(page, address, lines));
		opened.middle.push(await open(page, `${address}?line=${middle}`, middle));
		for (const [index, times] of searched.entries()) times.push(await search(target, id, index));
	}

	await visit();
	const before = await target.inside.settle();
	await watched(target, async () => {
		for (let round = 0; round < rounds; round++) await visit();
	});
	say(`in memory right after: ${megabytes(target.inside.resident())}`);
	const after = await target.inside.settle();
	const growth = (of: keyof Memory) => `${megabytes(before[of])} → ${megabytes(after[of])}`;

	return [
		timed('open: the last line is on screen', opened.end, mostOpening),
		timed(`open: line ${count(middle)} is on screen`, opened.middle, mostOpening),
		...searches.map(({ what }, index) => timed(what, searched[index] ?? [], mostSearching)),
		{
			what: 'memory of the server',
			measured: `heap ${growth('heap')}, in all ${growth('resident')}`,
			must: `+ ${megabytes(mostGrowth)} at most each`,
			floor: '',
			ok: after.heap - before.heap <= mostGrowth && after.resident - before.resident <= mostGrowth
		}
	];
});

/** All of them must do, the first too. */
function timed(what: string, times: readonly number[], most: number): Measure {
	const worst = Math.max(...times);
	const measured = `${ms(Math.min(...times))} to ${ms(worst)}`;
	return { what, measured, must: `≤ ${ms(most)}`, floor: '', ok: worst <= most };
}

/** Makes the deploy and ends it; gives its id. */
async function fill(target: Target): Promise<string> {
	const sender = await DeploySender.create(target);
	for (let line = 1; line <= lines; line += linesOfAppend) {
		await sender.append(deployLines.lines(line, line + linesOfAppend - 1, bytesOfLine));
	}
	await sender.finish();
	sender.close();
	return sender.id;
}

/** How long it takes in ms until a line is on screen, from asking for the page on. */
async function open(page: Page, address: string, line: number): Promise<number> {
	await page.goto('about:blank');
	const started = performance.now();
	await page.goto(address, { waitUntil: 'commit' });
	await page.waitForFunction((id) => {
		const { top, bottom } = document.getElementById(id)?.getBoundingClientRect() ?? { top: 0, bottom: 0 };
		return bottom > top && top >= 0 && bottom <= innerHeight;
	}, `L${line}`);
	return performance.now() - started;
}

/** How long a search takes in ms. What is there must be found. */
async function search({ url, key }: Target, id: string, index: number): Promise<number> {
	const { text, matches: expected } = searches[index] as (typeof searches)[number];
	const address = `${url}/api/deploys/${id}/log?q=${encodeURIComponent(text)}`;
	const started = performance.now();
	const response = await fetch(address, { headers: { authorization: `Bearer ${key}` } });
	const { matches } = (await response.json()) as { matches: unknown[] };
	const elapsed = performance.now() - started;
	if (matches.length !== expected) throw new Error(`"${text}" was found in ${matches.length} lines`);
	return elapsed;
}
