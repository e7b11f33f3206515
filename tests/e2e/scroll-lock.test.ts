import type { JSHandle, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import type { Organization } from './organization.ts';

interface Watch {
	/** The number of the line under the pointer when the watch began. */
	seq: string;
	/** Where its top was and which line was under the pointer, in each frame. */
	frames: { top: number; under: string | undefined }[];
}

/** Looks in every frame, from now on, where the line under the pointer stands. */
function watchLine(page: Page, pointer: { x: number; y: number }): Promise<JSHandle<Watch>> {
	return page.evaluateHandle(({ x, y }) => {
		const under = () => document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-seq]');
		const line = under();
		if (!line) throw new Error('No line is under the pointer');
		const watch: Watch = { seq: line.dataset.seq ?? '', frames: [] };
		const look = () => {
			watch.frames.push({ top: line.getBoundingClientRect().top, under: under()?.dataset.seq });
			requestAnimationFrame(look);
		};
		look();
		return watch;
	}, pointer);
}

async function expectStill(watch: JSHandle<Watch>) {
	await watch.evaluate(async ({ frames }) => {
		while (frames.length < 30) await new Promise(requestAnimationFrame);
	});
	const { seq, frames } = await watch.jsonValue();
	expect([...new Set(frames.map(({ top }) => top))], 'where the line stood').toHaveLength(1);
	expect([...new Set(frames.map(({ under }) => under))], 'what was under the pointer').toEqual([seq]);
}

/** Sends lines as fast as they are taken until the function returned is called, which gives the last one's number. */
function startFlood(org: Organization): () => Promise<number> {
	let isOn = true;
	const flood = (async () => {
		let last = 0;
		while (isOn) last = await org.send(...Array<string>(20).fill('in the flood'));
		return last;
	})();
	return () => {
		isOn = false;
		return flood;
	};
}

test.beforeEach(async ({ org, logs }) => {
	await org.flood('early', 500);
	await logs.open();
	await expect(logs.row('early 500')).toBeInViewport();
});

test('reading 200 lines up while 5,000 arrive, nothing moves and the count is right', async ({
	logs,
	org
}) => {
	const pointer = await logs.wheelUp(200 * 20);
	await logs.is('paused');
	const watch = await watchLine(logs.page, pointer);
	const last = await org.flood('late', 5000);
	await expect(logs.tip).toHaveText(/^5,000 new lines/);
	await expect(logs.status).toContainText('5,000 new');
	await expectStill(watch);
	await expect(logs.row('early 1')).toBeAttached();

	await logs.tip.click();
	await expect(logs.row('late 5000')).toBeInViewport();
	await logs.is('live');
	await expect(logs.tip).toBeHidden();
	const shown = await logs.shown();
	expect(shown.map(({ seq }) => seq)).toEqual(Array.from({ length: 499 }, (_, i) => last - 498 + i));
	await expect(logs.list).toContainText('4,501 lines arrived faster');
	await org.send('one more');
	await expect(logs.row('one more')).toBeInViewport();
});

test('a wheel up in the middle of a flood locks, and End follows again', async ({ logs, org }) => {
	const endFlood = startFlood(org);
	await expect(logs.rows.getByText('in the flood').first()).toBeVisible();
	await logs.page.mouse.move(600, 500);
	await logs.page.mouse.wheel(0, -400);
	await logs.is('paused');
	const seen = (await logs.shown()).at(-1)?.seq ?? 0;
	await logs.scrollEnds();
	const watch = await watchLine(logs.page, { x: 600, y: 500 });
	await expect(logs.tip).toHaveText(/^[\d,]{4,} new lines/);
	const last = await endFlood();
	await expect(logs.tip).toContainText(`${(last - seen).toLocaleString('en')} new lines`);
	await expectStill(watch);

	await logs.page.keyboard.press('End');
	await expect(logs.list.locator(`[data-seq="${last}"]`)).toBeInViewport();
	await logs.is('live');
});

test('scrolling down while paused reads on into what was held, and follows where nothing is left of it', async ({
	logs,
	org
}) => {
	await logs.wheelUp(1000);
	await org.flood('late', 30);
	await expect(logs.tip).toHaveText(/^30 new lines/);
	await logs.page.mouse.wheel(0, 5000);
	await logs.scrollEnds();
	await expect(logs.row('late 30')).not.toBeInViewport();
	await logs.is('paused');
	await logs.page.mouse.wheel(0, 5000);
	await expect(logs.row('late 30')).toBeInViewport();
	await logs.is('live');
});

test('after a click, Esc and End, scrolling up begins at the end and not at the line that was clicked', async ({
	logs,
	org
}) => {
	await logs.row('early 490').click();
	await logs.page.keyboard.press('Escape');
	await logs.page.keyboard.press('End');
	await logs.is('live');
	for (let count = 1; count <= 100; count++) await org.send(`after it ${count}`);
	await expect(logs.row('after it 100')).toBeInViewport();
	await logs.wheelUp(640);
	const { seqs, top } = await logs.inView();
	await org.flood('late', 100);
	await expect(logs.tip).toHaveText(/^100 new lines/);
	expect(await logs.inView()).toEqual({ seqs, top });
});

test('text that is selected stays selected while lines arrive', async ({ logs, org }) => {
	const box = await logs.row('early 490').getByText('early 490').boundingBox();
	if (!box) throw new Error('The line is not shown');
	const middle = box.y + box.height / 2;
	await logs.page.mouse.move(box.x + 1, middle);
	await logs.page.mouse.down();
	await logs.page.mouse.move(box.x + 60, middle, { steps: 4 });
	await logs.page.mouse.up();
	const selected = () => logs.page.evaluate(() => String(getSelection()));
	const text = await selected();
	expect(text).toMatch(/^early/);

	const watch = await watchLine(logs.page, { x: box.x + 5, y: middle });
	await org.flood('late', 1000);
	await expect(logs.tip).toHaveText(/^1,000 new lines/);
	await expectStill(watch);
	expect(await selected()).toBe(text);
	await expect(logs.entry).toBeHidden();
});

test('opening an entry locks', async ({ logs, org }) => {
	await logs.row('early 490').click();
	await expect(logs.entry).toContainText('early 490');
	await logs.is('paused');
	await org.flood('late', 120);
	await expect(logs.tip).toHaveText(/^120 new lines/);
	await expect(logs.row('early 490')).toBeInViewport();
	await expect(logs.entry).toContainText('early 490');
});

test('a press on the last line opens it, though the way back to the newest lines appears there', async ({
	logs,
	org
}) => {
	await logs.open();
	await org.flood('line', 100);
	await expect(logs.row('line 100')).toBeInViewport();
	await logs.row('line 100').click();
	await expect(logs.entry.locator('pre')).toHaveText('line 100');
	await expect(logs.tip).toBeVisible();
});
