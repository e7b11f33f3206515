import { expect, signIn, test } from './fixtures.ts';
import { LogsPage } from './logs-page.ts';

test.use({ expectedErrors: [/status of 4\d\d/] });

const newPassword = 'a stapled battery horse';

test('a person changes their name, address and password, and signs in with what is new', async ({
	page,
	context,
	org
}) => {
	await signIn(context.request, org);
	await page.goto('/account');
	const profile = page.getByRole('main');
	const name = profile.getByRole('region', { name: 'Name' });
	await name.getByLabel('Name').fill('Ada <b>Lovelace</b>');
	await name.getByRole('button').click();
	await expect(name.getByRole('status')).toHaveText('Saved.');
	await expect(page.getByRole('button', { name: 'Account of Ada <b>Lovelace</b>' })).toBeVisible();

	const address = profile.getByRole('region', { name: 'E-mail address' });
	const newEmail = `ada@${org.slug}.example`;
	await address.getByLabel('New e-mail address').fill(newEmail);
	await address.getByLabel('Your password').fill('wrong, to begin with');
	await address.getByRole('button').click();
	await expect(address.getByText('Wrong password.')).toBeVisible();
	await expect(address.getByLabel('New e-mail address')).toHaveValue(newEmail);
	await address.getByLabel('Your password').fill(org.password);
	await address.getByRole('button').click();
	await expect(address.getByRole('status')).toContainText(`You now sign in with ${newEmail}`);
	await expect(address.getByLabel('Your password')).toHaveValue('');

	const password = profile.getByRole('region', { name: 'Password' });
	await password.getByLabel('Current password').fill(org.password);
	await password.getByLabel('New password').fill('password1');
	await password.getByRole('button').click();
	await expect(password.getByText('This password is too common')).toBeVisible();
	await expect(password.getByLabel('New password')).toBeFocused();
	await password.getByLabel('New password').fill(newPassword);
	await password.getByRole('button').click();
	await expect(password.getByRole('status')).toContainText('Saved.');

	await context.clearCookies();
	await page.goto('/sign-in');
	await page.getByLabel('E-mail address').fill(newEmail);
	await page.getByLabel('Password').fill(newPassword);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page).toHaveURL(`/${org.slug}/logs`);
});

test('ending another session closes its live page within a second, which says why', async ({
	page,
	context,
	browser,
	org,
	baseURL,
	extraHTTPHeaders
}) => {
	await org.send('the first line');
	const elsewhere = await browser.newContext({ baseURL, extraHTTPHeaders });
	await signIn(elsewhere.request, org);
	const other = new LogsPage(await elsewhere.newPage(), org.slug);
	await other.open();

	await signIn(context.request, org);
	await page.goto('/account/sessions');
	const rows = page.getByRole('row').filter({ hasText: 'Chrome on Linux' });
	await expect(rows).toHaveCount(2);
	await expect(rows.filter({ hasText: 'this session' }).getByRole('button')).toHaveCount(0);
	const others = rows.filter({ hasNotText: 'this session' });
	const answered = page.waitForResponse(/sessions\?\/end$/);
	await others.getByRole('button', { name: /^End Chrome on Linux/ }).click();
	await answered;
	await other.is('ended', 1000);
	await expect(other.page.getByRole('alert')).toContainText('You signed out, or this session was ended.');
	await expect(page.getByRole('status').first()).toHaveText('Session ended.');
	await expect(rows).toHaveCount(1);

	await other.page.getByRole('alert').getByRole('link', { name: 'Sign in again' }).click();
	await other.page.getByLabel('E-mail address').fill(org.email);
	await other.page.getByLabel('Password').fill(org.password);
	await other.page.getByRole('button', { name: 'Sign in' }).click();
	await other.is('live');
	await page.reload();
	await page.getByText('End all others').click();
	await page.getByRole('button', { name: 'End all other sessions' }).click();
	await other.is('ended');
	await elsewhere.close();
});

test.describe('without JavaScript', () => {
	test.use({ javaScriptEnabled: false });

	test('a person changes their name and password, and ends other sessions', async ({
		page,
		context,
		org
	}) => {
		await signIn(context.request, org);
		await context.clearCookies();
		await signIn(context.request, org);
		await page.goto('/account');
		await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Grace');
		await page.getByRole('button', { name: 'Save name' }).click();
		await expect(page.getByRole('status').filter({ hasText: 'Saved.' })).toBeVisible();
		await expect(page.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('Grace');

		await page.getByRole('link', { name: 'Sessions' }).click();
		await expect(page.getByRole('row')).toHaveCount(3);
		await page.getByText('End all others').click();
		await page.getByRole('button', { name: 'End all other sessions' }).click();
		await expect(page.getByText('All other sessions ended.')).toBeVisible();
		await expect(page.getByRole('row')).toHaveCount(2);

		await page.getByRole('link', { name: 'Profile' }).click();
		await page.getByLabel('Current password').fill('wrong, to begin with');
		await page.getByLabel('New password').fill(newPassword);
		await page.getByRole('button', { name: 'Save password' }).click();
		await expect(page.getByText('Wrong password.')).toBeVisible();
		await page.getByLabel('Current password').fill(org.password);
		await page.getByLabel('New password').fill(newPassword);
		await page.getByRole('button', { name: 'Save password' }).click();
		await expect(page.getByText('Saved. You are signed out everywhere else.')).toBeVisible();
	});

	test('who forgot the password learns what to do where no mails are sent', async ({ page }) => {
		await page.goto('/sign-in');
		await page.getByRole('link', { name: 'Forgot your password?' }).click();
		await expect(page.getByRole('main')).toContainText('tailrace -- reset-password --email');
	});
});
