import { expect, test } from './fixtures.ts';

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
	await logs.page.getByRole('button', { name: 'Wrap' }).click();
	await expect.poll(height).toBeGreaterThan(80);
});

test('every control of the toolbar is in one row that scrolls, and in reach', async ({ logs, org }) => {
	await org.send({ message: 'line', time: '2026-11-27T14:03:12.125Z' });
	await logs.open();
	const { page } = logs;
	expect(await logs.query.evaluate((box) => getComputedStyle(box).fontSize), 'no zoom on focus').toBe('16px');
	const controls = page
		.getByRole('search')
		.getByRole('button')
		.or(page.getByRole('combobox', { name: 'Service' }));
	const tops = new Set<number>();
	for (const control of await controls.all()) {
		await control.scrollIntoViewIfNeeded();
		await expect(control).toBeInViewport({ ratio: 0.99 });
		const box = await control.boundingBox();
		tops.add(Math.round((box?.y ?? 0) + (box?.height ?? 0) / 2));
	}
	expect(tops.size, 'rows of controls').toBe(1);
	await page.getByRole('button', { name: 'UTC' }).click();
	await expect(logs.rows.locator('time')).toContainText('14:03:12');
	await page.getByRole('combobox', { name: 'Service' }).click();
	await expect(page.getByRole('option', { name: 'All services' })).toBeInViewport();
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
		for (const name of ['Time: Live', 'Wrap', 'UTC'])
			await expect(logs.page.getByRole('button', { name })).toBeInViewport({ ratio: 1 });
		await expect(logs.page.getByRole('combobox', { name: 'Service' })).toBeInViewport({ ratio: 1 });
	});
});
