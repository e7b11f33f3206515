import { expect, test } from './fixtures.ts';
import { LogsPage } from './logs-page.ts';

test('a wrong password is told without a word on which it was, and what was typed comes back', async ({
	page,
	org
}) => {
	await page.goto('/sign-in');
	await page.getByLabel('E-mail address').fill(org.email);
	await page.getByLabel('Password').fill('not my password');
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page.getByRole('alert')).toHaveText('The e-mail address or the password is wrong.');
	await expect(page.getByLabel('E-mail address')).toHaveValue(org.email);

	await page.getByLabel('Password').fill(org.password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page).toHaveURL(`/${org.slug}/logs`);
});

test('who is not signed in signs in first and then comes to where they wanted to go', async ({
	page,
	org
}) => {
	const wanted = `/${org.slug}/logs?q=level%3A%3E%3Dwarn`;
	await page.goto(wanted);
	await expect(page).toHaveURL(`/sign-in?next=${encodeURIComponent(wanted)}`);
	await page.getByLabel('E-mail address').fill(org.email);
	await page.getByLabel('Password').fill(org.password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page).toHaveURL(wanted);
	await expect(new LogsPage(page, org.slug).query).toHaveValue('level:>=warn');
});

test('signing in leads to no other site', async ({ page, org }) => {
	await page.goto('/sign-in?next=https://example.com/');
	await page.getByLabel('E-mail address').fill(org.email);
	await page.getByLabel('Password').fill(org.password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page).toHaveURL(`/${org.slug}/logs`);
});

test('signing out in one tab ends the stream of another within a second, and says why', async ({
	logs,
	context,
	org
}) => {
	await org.send('the first line');
	await logs.open();
	const other = new LogsPage(await context.newPage(), org.slug);
	await other.open();

	await logs.page.getByRole('button', { name: /^Account of/ }).click();
	const signedOut = logs.page.waitForResponse(/\/sign-out$/);
	await logs.page.getByRole('menuitem', { name: 'Sign out' }).click();
	await signedOut;
	await other.is('ended', 1000);
	await expect(other.page.getByRole('alert')).toContainText('You signed out, or this session was ended.');
	await expect(other.page.getByRole('link', { name: 'Sign in again' })).toBeVisible();
	await expect(logs.page).toHaveURL('/sign-in');

	await org.send('a line that is not for them');
	await logs.page.goto(`/${org.slug}/logs`);
	await expect(logs.page).toHaveURL(/\/sign-in\?next=/);
	await expect(other.rows).toHaveCount(1);
});
