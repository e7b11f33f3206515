import { expect, test } from './fixtures.ts';
import { RunningDeploy } from './running-deploy.ts';

/** What stands around the lines: the menu of what is needed less often, the query's buttons, and what an entry leads to. */

test('attributes at the end of lines are shown as chosen, and the browser remembers it', async ({
	logs,
	org
}) => {
	await org.send({ message: 'paid', order: 10483 });
	await logs.open();
	const attribute = logs.rows.getByText('order=10483');
	await expect(attribute).toBeVisible();
	await logs.toggle('Attributes');
	await expect(attribute).toBeHidden();
	await logs.page.reload();
	await logs.is('live');
	await expect(attribute).toBeHidden();
	await logs.toggle('Attributes');
	await expect(attribute).toBeVisible();
});

test('the menu is opened, gone through and left by keyboard', async ({ logs, org, page }) => {
	await org.send('boom');
	await logs.open();
	const trigger = page.getByRole('button', { name: 'More', exact: true });
	await trigger.focus();
	await page.keyboard.press('Enter');
	const wrap = page.getByRole('menuitemcheckbox', { name: 'Wrap' });
	await expect(wrap).toBeFocused();
	await expect(wrap).toHaveAttribute('aria-checked', 'false');
	await page.keyboard.press('End');
	await expect(page.getByRole('menuitem', { name: 'Text' })).toBeFocused();
	await page.keyboard.press('Escape');
	await expect(trigger).toBeFocused();
	await page.keyboard.press('Enter');
	await expect(wrap).toBeFocused();
	await page.keyboard.press('Enter');
	await expect(page.getByRole('menu')).toBeHidden();
	await expect(logs.list).toHaveClass(/\bwrap\b/);
});

test('a query is cleared, and a saved one is offered first', async ({ logs, org, page }) => {
	await org.send('needle', 'hay');
	await logs.open('needle');
	await expect(logs.rows).toHaveCount(1);
	await page.getByRole('button', { name: 'Save query' }).click();
	await expect(page.getByRole('button', { name: 'Save query', pressed: true })).toBeVisible();
	await page.getByRole('button', { name: 'Clear query' }).click();
	await expect(logs.query).toHaveValue('');
	await expect(logs.query).toBeFocused();
	await expect(logs.rows).toHaveCount(2);
	await logs.query.fill('needl');
	await logs.query.press('Enter');
	await expect(page).toHaveURL(/q=needl$/);
	await page.reload();
	await logs.is('live');
	await logs.query.fill('ne');
	const offered = page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option');
	await expect(offered).toHaveText(['needle', 'needl']);
	await logs.query.press('ArrowDown');
	await logs.query.press('Enter');
	await page.getByRole('button', { name: 'Save query', pressed: true }).click();
	await expect(page.getByRole('button', { name: 'Save query', pressed: false })).toBeVisible();
});

test('levels say how many lines they have', async ({ logs, org, page }) => {
	await org.send({ message: 'late', level: 'warn' }, { message: 'gone', level: 'fatal' }, 'fine', 'fine too');
	await logs.openPeriod({ from: '-1h' });
	const levels = page.getByRole('group', { name: 'Levels' }).getByRole('button');
	await expect(levels).toHaveText(['debug0', 'info2', 'warn1', 'error1']);
	await levels.nth(2).click();
	await expect(levels).toHaveText(['debug', 'info', 'warn1', 'error']);
});

test.describe('an entry', () => {
	test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

	test('copies a value that is clicked, and leads to its deploy', async ({ logs, org, page, server }) => {
		const deploy = await RunningDeploy.start(server, org, { service: 'web', version: '2026.11.20' });
		await deploy.finish('succeeded');
		await org.send({ message: 'paid', service: 'web', order: { id: 10483 } });
		await logs.open('paid');
		await logs.row('paid').click();
		await logs.entry.getByRole('button', { name: '10483', exact: true }).click();
		await expect(logs.entry.getByText('Copied')).toBeVisible();
		expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('10483');
		await logs.entry.getByRole('link', { name: 'web 2026.11.20' }).click();
		await expect(page).toHaveURL(new RegExp(`/deploys/${deploy.id}`));
	});
});
