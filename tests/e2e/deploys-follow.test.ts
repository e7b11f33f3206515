import { setInterval } from 'node:timers/promises';
import { expect, test } from './deploy-page.ts';
import type { RunningDeploy } from './running-deploy.ts';
import { middleOf, WatchedRow } from './watched-row.ts';

/** Prints 20 lines a second for so long; resolves with how many these were. */
async function print(deploy: RunningDeploy, ms: number): Promise<number> {
	let count = 0;
	for await (const start of setInterval(100, performance.now())) {
		await deploy.write(`late ${count + 1}\nlate ${count + 2}\n`);
		count += 2;
		if (performance.now() - start >= ms) break;
	}
	return count;
}

test('scrolled up in a running deploy nothing moves for a minute, and End follows again', async ({
	deploy,
	start
}) => {
	test.setTimeout(120_000);
	const minute = 60_000; // what issue 3 names
	const running = await start();
	await running.flood('early', 700);
	await deploy.follow(running);
	await expect(deploy.row(700)).toBeInViewport();
	const pointer = await middleOf(deploy.log);
	await deploy.page.mouse.move(pointer.x, pointer.y);
	await deploy.page.mouse.wheel(0, -1500);
	await expect(deploy.row(700)).not.toBeInViewport();
	await expect(deploy.stream).toHaveAttribute('data-stream', 'paused');
	const before = await print(running, 1000); // the wheel may move the list over several frames

	const watched = await WatchedRow.under(deploy.page, '[data-line]', pointer);
	const count = await print(running, minute + 500);
	expect(count, 'lines that came in that minute').toBeGreaterThan(800);
	const total = before + count;
	await expect(deploy.tip).toHaveText(new RegExp(`^${total.toLocaleString('en')} new lines`));
	await watched.expectStill(minute);

	await deploy.page.keyboard.press('End');
	await expect(deploy.row(700 + total)).toBeInViewport();
	await expect(deploy.text(700 + total)).toHaveText(`late ${count}`);
	await expect(deploy.tip).toBeHidden();
	await running.write('one more\n');
	await expect(deploy.text(701 + total)).toHaveText('one more');
	await expect(deploy.row(701 + total)).toBeInViewport();
});

test('the button leads from the middle of the log back to its end, also after it has ended', async ({
	deploy,
	start
}) => {
	const running = await start();
	await running.flood('early', 300);
	await deploy.follow(running);
	await expect(deploy.row(300)).toBeInViewport();
	const { x, y } = await middleOf(deploy.log);
	await deploy.page.mouse.move(x, y);
	await deploy.page.mouse.wheel(0, -2000);
	await running.flood('late', 40);
	await expect(deploy.tip).toHaveText(/^40 new lines/);
	await running.finish('succeeded');
	await expect(deploy.page).toHaveTitle('✓ web succeeded');
	await expect(deploy.row(340)).not.toBeAttached();
	await deploy.tip.click();
	await expect(deploy.row(340)).toBeInViewport();
	await expect(deploy.tip).toBeHidden();
});
