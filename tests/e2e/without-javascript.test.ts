import { expect, test } from './fixtures.ts';
import { LogsPage } from './logs-page.ts';

// A refused form is a page of its own then, and Chromium notes its status.
test.use({ javaScriptEnabled: false, expectedErrors: [/status of 400/] });

test('without JavaScript a person signs in, reads the last lines, filters them and signs out', async ({
	page,
	org
}) => {
	await org.flood('early', 30);
	await org.send({ message: 'the disk is full', level: 'error', service: 'db', disk: 'sda' });
	const logs = new LogsPage(page, org.slug);
	await page.goto('/');
	await page.getByLabel('E-mail address').fill(org.email);
	await page.getByLabel('Password').fill('wrong, to begin with');
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page.getByRole('alert')).toBeVisible();
	await expect(page.getByLabel('E-mail address')).toHaveValue(org.email);
	await page.getByLabel('Password').fill(org.password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(logs.rows).toHaveCount(31);

	await logs.query.fill('"early 3"');
	await logs.query.press('Enter');
	await expect(logs.rows).toHaveCount(2);
	await logs.query.fill('level:loud');
	await logs.query.press('Enter');
	await expect(page.getByRole('alert')).toContainText('(at character');
	await logs.query.fill('');
	await logs.query.press('Enter');
	await page.getByRole('button', { name: 'error', exact: true }).click();
	await expect(logs.query).toHaveValue('level:>=error');
	await logs.rows.getByRole('link').click();
	await expect(logs.entry).toContainText('sda');
	await logs.entry.getByRole('button', { name: 'Filter out disk sda' }).click();
	await expect(logs.query).toHaveValue('level:>=error -disk:sda');
	await expect(logs.rows).toHaveCount(0);

	await page.getByRole('button', { name: 'Sign out' }).click();
	await expect(page).toHaveURL('/sign-in');
});
