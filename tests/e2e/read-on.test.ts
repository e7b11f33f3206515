import { expect, test } from './fixtures.ts';
import type { LogsPage } from './logs-page.ts';

test.use({ expectedErrors: [/net::ERR_/] });

/** Goes down with the wheel, less than a screen at a time, until the end is followed; what was in view is without a hole. */
async function readToTip(logs: LogsPage, until: number): Promise<void> {
	await logs.page.mouse.move(600, 500);
	let { seqs } = await logs.inView();
	const last = () => seqs.at(-1) ?? 0;
	while (last() < until) {
		const before = last();
		await logs.page.mouse.wheel(0, 600);
		await logs.scrollEnds();
		({ seqs } = await logs.inView());
		expect(seqs[0], 'the first line in view').toBeLessThanOrEqual(before + 1);
		expect(seqs, 'the lines in view').toEqual(seqs.map((_, at) => (seqs[0] ?? 0) + at));
	}
}

test('2,300 lines that came while paused are all read by scrolling down, also those that were not held', async ({
	logs,
	org
}) => {
	test.slow();
	await org.flood('early', 500);
	await logs.open();
	await expect(logs.row('early 500')).toBeInViewport();
	await logs.wheelUp(1000);
	const last = await org.flood('late', 2300);
	await expect(logs.tip).toHaveText(/^2,300 new lines/);
	await readToTip(logs, last);
	await logs.page.mouse.wheel(0, 600);
	await logs.is('live');
	await org.send('one more');
	await expect(logs.row('one more')).toBeInViewport();
});

test('a gap above what is read is filled from its newer end, and nothing on the screen moves', async ({
	logs,
	org
}) => {
	await org.flood('early', 500);
	await logs.open();
	await expect(logs.row('early 500')).toBeInViewport();
	await logs.wheelUp(1000);
	const last = await org.flood('late', 2000);
	await expect(logs.tip).toHaveText(/^2,000 new lines/);
	await logs.page.keyboard.press('End');
	await expect(logs.row('late 2000')).toBeInViewport();
	await logs.page.mouse.wheel(0, -20_000);
	await logs.scrollEnds();
	const marker = logs.list.getByText(/lines arrived faster than they could be shown/);
	await expect(marker).toContainText('1,501 lines');

	const { seqs } = await logs.inView();
	const tops = () => Promise.all(seqs.map(async (seq) => (await logs.line(seq).boundingBox())?.y));
	const before = await tops();
	await marker.getByRole('button', { name: 'Show 500' }).click();
	await expect(marker).toContainText('1,001 lines');
	expect(await tops(), 'where the lines stand').toEqual(before);
	expect((await logs.shown()).map(({ seq }) => seq)).toEqual(
		Array.from({ length: 999 }, (_, at) => last - 998 + at)
	);
	await logs.page.mouse.wheel(0, -20_000);
	await logs.scrollEnds();
	await expect(marker).toBeInViewport();
	await logs.page.keyboard.press('End');
	await expect(logs.row('late 2000')).toBeInViewport();
	await logs.is('live');
});

test('a filter that matches little fills its gap whole', async ({ logs, org, context }) => {
	await org.send({ message: 'seen', level: 'error' });
	await logs.open('level:error');
	await context.setOffline(true);
	await logs.is('offline');
	for (let count = 0; count < 11; count++) {
		const lines = Array.from({ length: 100 }, (_, at) => ({
			message: `missed ${count * 100 + at + 1}`,
			level: 'error'
		}));
		await org.send(...lines.flatMap((line) => [line, 'of no account']));
	}
	await context.setOffline(false);
	await expect(logs.row('missed 1100')).toBeInViewport();
	const marker = logs.list.getByText(/lines arrived faster/);
	for (let count = 0; await marker.isVisible(); count++) {
		expect(count, 'times it was pressed').toBeLessThan(3);
		await marker.getByRole('button', { name: /^Show/ }).click();
		await expect(logs.list.getByText('Loading…')).toBeHidden();
	}
	expect((await logs.shown()).map(({ text }) => text)).toEqual(
		Array.from({ length: 1100 }, (_, at) => `missed ${at + 1}`)
	);
});
