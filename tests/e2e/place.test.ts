import * as embedded from '../../src/lib/server/postgres/embedded.ts';
import { connect } from '../../src/lib/server/postgres/connect.ts';
import { expect, test } from './deploy-page.ts';
import type { LogsPage } from './logs-page.ts';

const selected = ({ rows, page }: LogsPage) => rows.and(page.locator('[aria-current]'));

/** Waits until the reader stands there again: the same lines in view, to the pixel. */
async function expectPlace(logs: LogsPage, place: { seqs: number[]; top: number }) {
	await expect(async () => expect(await logs.inView()).toEqual(place)).toPass({ timeout: 10_000 });
}

test('a reload brings the reader back to the same line at the same height, and so does Back', async ({
	logs,
	org
}) => {
	await org.flood('early', 500);
	await logs.open();
	await expect(logs.row('early 500')).toBeInViewport();
	await logs.wheelUp(1007);
	const place = await logs.inView();
	await logs.page.reload();
	await logs.is('paused');
	await expectPlace(logs, place);

	const last = await org.flood('late', 1500);
	await expect(logs.tip).toHaveText(/^1,500 new lines/);
	await logs.page.reload();
	await logs.is('paused');
	await expectPlace(logs, place);
	await expect(logs.tip).toHaveText(/^1,3\d\d new lines/);
	await logs.page.getByRole('link', { name: 'Deploys' }).click();
	await expect(logs.page).toHaveTitle(/Deploys/);
	await logs.page.goBack();
	await logs.is('paused');
	await expectPlace(logs, place);

	await logs.page.keyboard.press('End');
	await expect(logs.list.locator(`[data-seq="${last}"]`)).toBeInViewport();
	await logs.page.reload();
	await logs.is('live');
	await expect(logs.list.locator(`[data-seq="${last}"]`)).toBeInViewport();
});

test('j and k without a selection begin with what is in view, also when a line further up was selected once', async ({
	logs,
	org
}) => {
	await org.flood('early', 500);
	await logs.open();
	await expect(logs.row('early 500')).toBeInViewport();
	await logs.wheelUp(1007);
	const { seqs } = await logs.inView();
	await logs.page.keyboard.press('j');
	await expect(selected(logs)).toHaveAttribute('data-seq', String(seqs[0]));
	await logs.page.keyboard.press('j');
	await expect(selected(logs)).toHaveAttribute('data-seq', String(seqs[1]));

	await logs.page.keyboard.press('End');
	await expect(logs.row('early 500')).toBeInViewport();
	await logs.page.keyboard.press('k');
	await expect(selected(logs)).toHaveText(/early 500$/);
	await logs.page.keyboard.press('End');
	await logs.is('live');
	await org.flood('late', 100);
	await expect(logs.row('late 100')).toBeInViewport();
	await logs.page.keyboard.press('j');
	await expect(selected(logs)).toHaveText(/late \d+$/);
	await expect(selected(logs)).toBeInViewport();
});

test('an address with a line that does not exist, or no longer, says so in its place and covers nothing', async ({
	logs,
	org,
	server
}) => {
	const first = (await org.flood('early', 100)) - 99;
	await logs.open();
	await logs.page.goto(`/${org.slug}/logs?entry=99999999`);
	const missing = logs.page.getByRole('complementary', { name: 'Line 99,999,999' });
	await expect(missing).toContainText('Line 99,999,999 doesn’t exist');
	const covered = await logs.row('early 100').evaluate((row) => {
		const { left, top, height } = row.getBoundingClientRect();
		return document.elementFromPoint(left + 200, top + height / 2)?.closest('[data-seq]') !== row;
	});
	expect(covered, 'whether the last line is covered').toBe(false);
	await logs.page.keyboard.press('Escape');
	await expect(missing).toBeHidden();

	const sql = connect((await embedded.connectUrl(server.dataDir)) ?? '', { max: 1, name: 'tailrace test' });
	await sql`DELETE FROM log_chunks WHERE first_seq <= ${first} AND last_seq >= ${first} AND org_id = (SELECT id FROM organizations WHERE slug = ${org.slug})`;
	await sql.end();
	await logs.page.goto(`/${org.slug}/logs?entry=${first}`);
	await expect(logs.entry).toContainText(`Line ${first} no longer exists`);
});

test('a reload of a running deploy, read further up, brings the reader back to the same line', async ({
	deploy,
	start
}) => {
	const running = await start();
	await running.flood('early', 1500);
	await deploy.follow(running);
	await expect(deploy.row(1500)).toBeInViewport();
	await deploy.page.mouse.move(500, 500);
	await deploy.page.mouse.wheel(0, -3007);
	await expect(deploy.stream).toHaveAttribute('data-stream', 'paused');
	const top = () => deploy.row(1330).evaluate((row) => row.getBoundingClientRect().top);
	await expect(deploy.row(1330)).toBeInViewport();
	await deploy.page.waitForFunction(
		() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
	);
	const before = await top();
	await running.flood('late', 1000);
	await deploy.page.reload();
	await expect(deploy.stream).toHaveAttribute('data-stream', 'paused');
	await expect(async () => expect(await top()).toBe(before)).toPass({ timeout: 10_000 });
});

test('scrolling down in a running deploy reads on line by line until its end', async ({ deploy, start }) => {
	const running = await start();
	await running.flood('early', 300);
	await deploy.follow(running);
	await expect(deploy.row(300)).toBeInViewport();
	await deploy.page.mouse.move(500, 500);
	await deploy.page.mouse.wheel(0, -1000);
	await expect(deploy.stream).toHaveAttribute('data-stream', 'paused');
	await running.flood('late', 1200);
	await expect(deploy.tip).toHaveText(/^1,200 new lines/);
	const inView = () =>
		deploy.log.evaluate((log) => {
			const { top, bottom } = log.getBoundingClientRect();
			const rows = [...log.querySelectorAll<HTMLElement>('[data-line]')];
			return rows
				.filter((row) => row.getBoundingClientRect().bottom > top && row.getBoundingClientRect().top < bottom)
				.map((row) => Number(row.dataset.line));
		});
	let lines = await inView();
	while (!lines.includes(1500)) {
		const last = lines.at(-1) ?? 0;
		await deploy.page.mouse.wheel(0, 600);
		await deploy.log.evaluate(async (log) => {
			for (let top = NaN; top !== log.scrollTop;) {
				top = log.scrollTop;
				await new Promise(requestAnimationFrame);
				await new Promise(requestAnimationFrame);
			}
		});
		lines = await inView();
		expect(lines[0], 'the first line in view').toBeLessThanOrEqual(last + 1);
	}
	await deploy.page.mouse.wheel(0, 600);
	await expect(deploy.stream).toHaveAttribute('data-stream', 'live');
});
