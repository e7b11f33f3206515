import * as axe from './axe.ts';
import { expect, test } from './fixtures.ts';
import { expectTargets } from './targets.ts';

/** The Logs page in the width of a phone, which is also what zoom leaves of a screen. */

test.use({ viewport: { width: 360, height: 740 } });

test('a row says its service and its level, and a long one goes on when wrapped', async ({ logs, org }) => {
	await org.send(
		{ message: 'quiet', service: 'web' },
		{ message: 'the pool is full '.repeat(30), service: 'billing', level: 'warn' }
	);
	await logs.open();
	const [quiet, long] = [logs.rows.first(), logs.rows.last()];
	await expect(quiet.locator('.service')).toBeInViewport();
	expect(await quiet.locator('.service').evaluate((it) => getComputedStyle(it, '::after').content)).toBe(
		'" ›"'
	);
	await expect(long.locator('.level')).toBeInViewport();
	await expect(long.locator('.level')).toHaveText('warn');
	const height = () => long.evaluate((row) => row.getBoundingClientRect().height);
	expect(await height()).toBe(80);
	await logs.toggle('Wrap');
	await expect.poll(height).toBeGreaterThan(80);
});

test('every control of the toolbar is in one row that scrolls, and in reach', async ({ logs, org }) => {
	await org.send({ message: 'line', time: '2026-11-27T14:03:12.125Z' });
	await logs.open();
	const { page } = logs;
	expect(await logs.query.evaluate((box) => getComputedStyle(box).fontSize), 'no zoom on focus').toBe('16px');
	const controls = page.getByRole('search').getByRole('button');
	await expect(controls).toHaveText([/All levels/, /All services/, /Live/, '']);
	const tops = new Set<number>();
	for (const control of await controls.all()) {
		await control.scrollIntoViewIfNeeded();
		await expect(control).toBeInViewport({ ratio: 0.99 });
		const box = await control.boundingBox();
		tops.add(Math.round((box?.y ?? 0) + (box?.height ?? 0) / 2));
	}
	expect(tops.size, 'rows of controls').toBe(1);
	await logs.toggle('UTC');
	await expect(logs.rows.locator('time')).toContainText('14:03:12');
});

test('time, levels, services and the menu come from below, and a press beside them closes them', async ({
	logs,
	org,
	page
}) => {
	await org.send('line');
	await axe.load(page);
	await logs.open();
	for (const [name, sheet] of [
		['Time: Live', page.getByRole('dialog', { name: 'Time' })],
		['Levels: All levels', page.getByRole('dialog', { name: 'Levels' })],
		['Services: All services', page.getByRole('dialog', { name: 'Services' })],
		['More', page.getByRole('menu', { name: 'More' })]
	] as const) {
		await page.getByRole('button', { name, exact: name === 'More' }).click();
		await expect(sheet).toBeVisible();
		const box = await sheet.boundingBox();
		expect([box?.x, box?.width, (box?.y ?? 0) + (box?.height ?? 0)], name).toEqual([0, 360, 740]);
		expect(await axe.violations(page, axe.wcag), name).toEqual([]);
		await expectTargets(page, name);
		await page.mouse.click(180, 60);
		await expect(sheet).toBeHidden();
	}
	await expect(page, 'nothing behind them was pressed').not.toHaveURL(/entry=/);
});

test('levels and several services are chosen from their sheets', async ({ logs, org, page }) => {
	await org.send(
		{ message: 'one', service: 'web', level: 'warn' },
		{ message: 'two', service: 'billing', level: 'error' },
		{ message: 'three', service: 'worker' }
	);
	await logs.open();
	await page.getByRole('button', { name: 'Services: All services' }).click();
	const sheet = page.getByRole('dialog', { name: 'Services' });
	await expect(sheet.getByRole('checkbox')).toHaveCount(3);
	await expect(sheet.getByText('web 1')).toBeVisible();
	await sheet.getByLabel('web').check();
	await sheet.getByLabel('Find a service').fill('BILL');
	await sheet.getByLabel('billing').check();
	await sheet.getByRole('button', { name: 'Show' }).click();
	await expect(logs.query).toHaveValue('(service:web OR service:billing)');
	await expect(logs.rows).toHaveCount(2);
	await expect(page.getByRole('button', { name: /^Services: .*web.*, .*billing/ })).toBeVisible();
	await page.getByRole('button', { name: 'Levels: All levels' }).click();
	await page.getByRole('dialog', { name: 'Levels' }).getByRole('button', { name: 'error' }).click();
	await expect(page.getByRole('button', { name: 'Levels: error' })).toBeVisible();
	await expect(logs.rows).toHaveCount(1);
	await page.getByRole('button', { name: /^Services/ }).click();
	await page.keyboard.press('Escape');
	await expect(sheet).toBeHidden();
	await expect(logs.query).toHaveValue('(service:web OR service:billing) level:>=error');
});

test.describe('without JavaScript', () => {
	test.use({ javaScriptEnabled: false });

	test('the levels stand in the toolbar and narrow the lines', async ({ logs, org, page }) => {
		await org.send({ message: 'bad', level: 'error' }, 'good');
		await page.goto(`/${org.slug}/logs`);
		await expect(logs.rows).toHaveCount(2);
		await page.getByRole('button', { name: 'error', exact: true }).click();
		await expect(logs.rows).toHaveCount(1);
	});
});

test('the entry takes the whole screen, and leads to its neighbours', async ({ logs, org }) => {
	await org.send('first', 'second');
	await logs.open();
	await logs.rows.first().click();
	await expect(logs.entry.locator('pre')).toHaveText('first');
	expect(await logs.entry.boundingBox()).toEqual({ x: 0, y: 0, width: 360, height: 740 });
	await logs.entry.getByRole('button', { name: 'Next line' }).click();
	await expect(logs.entry.locator('pre')).toHaveText('second');
	await logs.entry.getByRole('link', { name: 'Close' }).click();
	await expect(logs.entry).toBeHidden();
});

test.describe('at 200 % of 1440 px', () => {
	test.use({ viewport: { width: 720, height: 450 } });

	test('a row has its service and level, and the toolbar all of its controls', async ({ logs, org }) => {
		await org.send({ message: 'boom', service: 'web', level: 'error' });
		await logs.open();
		await expect(logs.rows.locator('.service')).toBeInViewport();
		await expect(logs.rows.locator('.level')).toBeInViewport();
		for (const name of ['Time: Live', 'Levels: All levels', 'Services: All services', 'More'])
			await expect(logs.page.getByRole('button', { name })).toBeInViewport({ ratio: 1 });
	});
});
