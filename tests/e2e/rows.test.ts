import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { LogsPage } from './logs-page.ts';

/** How rows look, and what is copied of them. */

test.use({ permissions: ['clipboard-read', 'clipboard-write'], timezoneId: 'Europe/Berlin' });

/** Drags from the middle of one element to that of another. */
async function drag(page: Page, from: Locator, to: Locator): Promise<void> {
	// What is pressed within a selection would be dragged along with it.
	await page.evaluate(() => getSelection()?.removeAllRanges());
	const [start, end] = await Promise.all([beginningOf(from), middleOf(to)]);
	await page.mouse.move(start.x, start.y);
	await page.mouse.down();
	await page.mouse.move(end.x, end.y, { steps: 5 });
	await page.mouse.up();
}

/** On its first letter: the middle of a short message lies beyond its text. */
async function beginningOf(element: Locator): Promise<{ x: number; y: number }> {
	const { x, y } = await middleOf(element);
	const box = await element.boundingBox();
	return { x: Math.min(x, (box?.x ?? x) + 8), y };
}

async function middleOf(element: Locator): Promise<{ x: number; y: number }> {
	const box = await element.boundingBox();
	if (!box) throw new Error('It is not shown');
	return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** What Ctrl+C brings. */
async function copied(page: Page): Promise<string> {
	await page.evaluate(() => navigator.clipboard.writeText('nothing'));
	await page.keyboard.press('Control+c');
	return page.evaluate(() => navigator.clipboard.readText());
}

const time = '2026-11-27T14:03:12.125Z';

test('copied rows are one line an entry, wherever the drag begins', async ({ logs, org }) => {
	const { page } = logs;
	await org.send(
		{ message: 'before', time },
		{ message: 'Error: boom\n    at a (a.js:1)', time, level: 'error', service: 'web', took: 7 },
		{ message: '\x1b[32mdone\x1b[0m', time, service: 'worker' },
		{ message: 'deploy', time, service: 'api', deploy: { id: '0199', status: 'running' } },
		{ message: 'after', time }
	);
	await logs.open();
	const rows = logs.list.locator('[data-seq], [data-mark]');
	await expect(rows).toHaveCount(5);
	const whole = [
		`${time} error web  Error: boom↵    at a (a.js:1)`,
		`${time} info  worker  done`,
		`${time} info  api  deploy`
	].join('\n');
	for (const part of ['time', '.level', '.service', '.message']) {
		await drag(page, rows.nth(1).locator(part).first(), rows.nth(3).locator('time'));
		expect(await copied(page), `from ${part}`).toBe(whole);
	}
	await drag(page, rows.nth(3).locator('time'), rows.nth(1).locator('.level'));
	expect(await copied(page), 'from the deploy upwards').toBe(whole);
	await drag(page, rows.nth(2).locator('time'), rows.nth(2).locator('.message'));
	expect(await copied(page), 'a single row').toBe(`${time} info  worker  done`);
	expect(page.url(), 'a drag opens nothing').not.toContain('entry=');
	await rows.nth(2).getByText('done').dblclick();
	expect(await copied(page), 'a word').toBe('done');
});

test('a drag within the time selects it and opens nothing', async ({ logs, org }) => {
	await org.send({ message: 'only', time });
	await logs.open();
	const { page } = logs;
	const box = await logs.rows.locator('time').boundingBox();
	if (!box) throw new Error('It is not shown');
	await page.mouse.move(box.x + 1, box.y + 10);
	await page.mouse.down();
	await page.mouse.move(box.x + box.width - 1, box.y + 10, { steps: 5 });
	await page.mouse.up();
	expect(await page.evaluate(() => getSelection()?.toString())).toContain('15:03:1');
	await expect(logs.entry).toBeHidden();
});

test('a row says how much of a long message it leaves out, and leads to the whole', async ({ logs, org }) => {
	await org.send(`${'word '.repeat(2_000)}the end`);
	await logs.open();
	await logs.toggle('Wrap');
	const left = logs.rows.getByRole('link', { name: '… 8,007 more characters' });
	await expect(left).toBeInViewport();
	await left.click();
	await expect(logs.entry.locator('pre')).toContainText('the end');
});

test('attributes stand whole in the entry, with their line breaks, however many there are', async ({
	logs,
	org
}) => {
	const stack = `Error: boom\n    at a (a.js:1)\n${'x'.repeat(3_000)} the end`;
	const many = Object.fromEntries(Array.from({ length: 250 }, (_, at) => [`k${at}`, at]));
	await org.send({ message: 'it broke', err: stack, ...many });
	await logs.open();
	await logs.rows.first().click();
	const value = logs.entry.locator('dd', { hasText: 'at a (a.js:1)' });
	expect(await value.evaluate((value: HTMLElement) => value.innerText)).toBe(stack);
	await expect(logs.entry.locator('dt', { hasText: 'k249' })).toHaveCount(0);
	await logs.entry.getByRole('button', { name: /^Show all 25\d fields$/ }).click();
	await expect(logs.entry.locator('dt', { hasText: 'k249' })).toBeVisible();
});

test('a message that begins with blank lines shows its first line that says something', async ({
	logs,
	org
}) => {
	await org.send('\n\n  the pool is full\nsize=20', ' ');
	await logs.open();
	await expect(logs.rows.first().locator('.message')).toHaveText('  the pool is full ↵ size=20', {
		useInnerText: true
	});
	await logs.rows.last().click();
	await expect(logs.entry.locator('pre')).toHaveText('(empty message)');
});

test('each day begins with its name, which stays in view', async ({ logs, org }) => {
	const at = (time: string, count: number) =>
		Array.from({ length: count }, (_, index) => ({ message: `line ${index}`, time }));
	await org.send(
		...at('2025-12-31T22:59:59.999Z', 60),
		...at('2025-12-31T23:00:00.000Z', 60),
		...at(time, 60)
	);
	await logs.open();
	const days = logs.list.locator('.day');
	await expect(days).toHaveText([/^Wed 31 Dec 2025/, /^Thu 1 Jan/, /^Fri 27 Nov/]);
	await expect(days.last()).toContainText('Europe/Berlin, UTC+1');
	const top = (await logs.list.boundingBox())?.y;
	expect((await days.last().boundingBox())?.y, 'where the day stands').toBe(top);

	await logs.toggle('UTC');
	await expect(days).toHaveText([/^Wed 31 Dec 2025/, /^Fri 27 Nov/]);
});

test('how lines are shown is chosen for every tab of the browser, and remembered', async ({
	logs,
	org,
	context
}) => {
	await org.send({ message: 'only', time });
	await logs.open();
	const other = new LogsPage(await context.newPage(), org.slug);
	await other.open();
	const chosen = ({ page }: LogsPage, name: string) =>
		page.getByRole('menuitemcheckbox', { name, checked: true });

	await logs.toggle('UTC');
	await expect(other.rows.locator('time')).toContainText('14:03:12');
	await other.toggle('Wrap');
	await logs.openMore();
	await expect(chosen(logs, 'Wrap')).toBeVisible();
	await expect(chosen(logs, 'UTC')).toBeVisible();

	await logs.page.reload();
	await logs.is('live');
	await logs.openMore();
	await expect(chosen(logs, 'Wrap')).toBeVisible();
	await expect(chosen(logs, 'UTC')).toBeVisible();
});

test('a time tells its date, zone and receipt to a pointer and to the keyboard', async ({ logs, org }) => {
	await org.send({ message: 'first', time }, { message: 'second', time: '2026-11-26T23:30:00.000Z' });
	await logs.open();
	const { page } = logs;
	const tip = page.getByRole('tooltip');
	await logs.rows.first().locator('time').hover();
	await expect(tip).toContainText('Fri 27 Nov 2026 15:03:12.125 UTC+1');
	await expect(tip).toContainText(/received \d+ (h|d|min) (later|earlier)/);
	await tip.hover();
	await expect(tip, 'it can be pointed at').toBeVisible();
	await page.keyboard.press('Escape');
	await expect(tip).toBeHidden();

	await logs.list.focus();
	await page.keyboard.press('j'); // the first line in view
	await page.keyboard.press('j');
	await page.keyboard.press('Tab');
	await expect(tip).toContainText('Fri 27 Nov 2026 00:30:00.000 UTC+1');
	await page.keyboard.press('Enter');
	await expect(logs.entry).toContainText('Fri 27 Nov 2026 00:30:00.000');
	await expect(logs.entry).toContainText('UTC+1');
	await expect(logs.entry).toContainText(/received \d+ (h|d) (later|earlier)/);
});
