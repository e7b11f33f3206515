import type { Page } from '@playwright/test';
import * as axe from './axe.ts';
import { expect, test } from './fixtures.ts';

/** Rows that a new search is about to replace: dimmed at once, and gone when its own are there. */

/** Holds the answers at an address back until the returned function is called. */
async function hold(page: Page, address: string): Promise<() => void> {
	const { promise, resolve } = Promise.withResolvers<void>();
	await page.route(address, async (route) => {
		await promise;
		await route.continue();
	});
	return resolve;
}

const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

test('live, the rows of the last query are dimmed until those of the next are there', async ({
	logs,
	org,
	page
}) => {
	await org.send('needle', 'hay');
	await axe.load(page);
	await logs.open();
	await expect(logs.list).toHaveAttribute('aria-busy', 'false');
	const top = (await logs.list.boundingBox())?.y;
	const release = await hold(page, '**/logs/__data.json*');
	await logs.query.fill('needle');
	await logs.query.press('Enter');
	await expect(logs.list).toHaveAttribute('aria-busy', 'true');
	await expect(logs.list.locator('.dimmed')).toHaveCSS('opacity', '0.4');
	await expect(logs.search).toHaveText('Searching…');
	await expect(logs.search).toBeInViewport();
	expect((await logs.list.boundingBox())?.y, 'no line has moved').toBe(top);
	await org.send('more hay');
	await expect(logs.row('more hay'), 'it is still followed').toBeVisible();

	release();
	await expect(logs.row('hay')).toHaveCount(0);
	await expect(logs.row('needle')).toBeVisible();
	await expect(logs.list).toHaveAttribute('aria-busy', 'false');
	await expect(logs.search).toHaveCount(0);
});

test('in the past, they stay dimmed until the search has found something', async ({ logs, org, page }) => {
	await org.send({ message: 'needle', time: at(5) }, { message: 'hay', time: at(4) });
	await axe.load(page);
	await logs.openPeriod({ from: '-1h' });
	await expect(logs.rows).toHaveCount(2);
	const release = await hold(page, '**/api/logs/search?*');
	await logs.query.fill('needle');
	await logs.query.press('Enter');
	await expect(page).toHaveURL(/q=needle/);
	await expect(logs.search).toHaveAttribute('data-search', 'searching');
	await expect(logs.list).toHaveAttribute('aria-busy', 'true');
	await expect(logs.row('hay')).toBeVisible();
	expect(await axe.violations(page, axe.wcag)).toEqual([]);
	await logs.row('hay').click({ force: true });
	await expect(logs.entry, 'what is out of date opens nothing').toBeHidden();

	release();
	await logs.isSearched();
	await expect(logs.row('hay')).toHaveCount(0);
	await expect(logs.row('needle')).toBeVisible();
	await expect(logs.list).toHaveAttribute('aria-busy', 'false');
});

test('a search that finds nothing leaves nothing of the last one', async ({ logs, org, page }) => {
	await org.send({ message: 'hay', time: at(4) });
	await logs.openPeriod({ from: '-1h' });
	await logs.query.fill('needle');
	await logs.query.press('Enter');
	await expect(page.getByText('No lines match in this period')).toBeVisible();
	await expect(logs.rows).toHaveCount(0);
});

test('what is typed while a search loads is there when it has loaded', async ({ logs, org, page }) => {
	await org.send({ message: 'needle', service: 'web' }, { message: 'hay', service: 'db' });
	await logs.open();
	const release = await hold(page, '**/logs/__data.json*');
	await logs.query.fill('needle');
	await logs.query.press('Enter');
	await logs.query.pressSequentially(' hay');
	release();
	await expect(logs.row('hay')).toHaveCount(0);
	await expect(logs.query).toHaveValue('needle hay');
	await expect(logs.query).toBeFocused();
	await page.keyboard.type('s');
	await expect(logs.query).toHaveValue('needle hays');
});

test('a service that is looked for while a search loads can be chosen when it has loaded', async ({
	logs,
	org,
	page
}) => {
	await org.send({ message: 'needle', service: 'web' }, { message: 'hay', service: 'db' });
	await logs.open();
	const release = await hold(page, '**/logs/__data.json*');
	await logs.query.fill('needle');
	await logs.query.press('Enter');
	const services = page.getByRole('combobox', { name: 'Services' });
	await services.click();
	await page.keyboard.type('we');
	release();
	await expect(logs.row('hay')).toHaveCount(0);
	await expect(services).toHaveValue('we');
	await expect(page.getByRole('option', { name: 'web' })).toHaveAttribute('data-highlighted', '');
	await page.keyboard.press('Enter');
	await expect(logs.query).toHaveValue('needle service:web');
});
