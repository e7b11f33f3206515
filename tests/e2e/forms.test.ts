import type { Page } from '@playwright/test';
import { proxy } from '../support/server/proxy.ts';
import type { Server } from '../support/server/server.ts';
import { expect, signIn, test } from './fixtures.ts';

test.use({ expectedErrors: [/Failed to load resource|^$/] });

/** Tailrace as a browser sees it behind a proxy that does not pass on the Host: it refuses forms with a problem document. */
async function behindNginx(
	page: Page,
	server: Server,
	use: (address: string) => Promise<void>
): Promise<void> {
	const nginx = await proxy(server.url);
	await page.goto(`${nginx.url}/sign-in`);
	await use(nginx.url).finally(nginx.close);
}

test('signing in says that Tailrace cannot be reached, keeps what was typed, and works again', async ({
	page,
	context,
	org
}) => {
	await page.goto('/sign-in');
	await page.getByLabel('E-mail address').fill(org.email);
	await page.getByLabel('Password').fill(org.password);
	await context.setOffline(true);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page.getByRole('alert')).toContainText('Tailrace cannot be reached.');
	await expect(page.getByLabel('E-mail address')).toHaveValue(org.email);
	await expect(page.getByLabel('Password')).toHaveValue(org.password);

	await context.setOffline(false);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page).toHaveURL(`/${org.slug}/logs`);
});

test('a problem document is said in its own words, beside what was typed', async ({ page, server, org }) => {
	await behindNginx(page, server, async (address) => {
		await page.getByLabel('E-mail address').fill(org.email);
		await page.getByLabel('Password').fill(org.password);
		await page.getByRole('button', { name: 'Sign in' }).click();
		await expect(page.getByRole('alert')).toContainText(`set ORIGIN=${address}`);
		await expect(page.getByLabel('Password')).toHaveValue(org.password);
	});
});

test('without JavaScript it is a page', async ({ browser, server, org }) => {
	const context = await browser.newContext({ javaScriptEnabled: false });
	const page = await context.newPage();
	await behindNginx(page, server, async (address) => {
		await page.getByLabel('E-mail address').fill(org.email);
		await page.getByLabel('Password').fill(org.password);
		await page.getByRole('button', { name: 'Sign in' }).click();
		await expect(page.getByRole('heading')).toContainText(`set ORIGIN=${address}`);
	});
	await context.close();
});

test('an error that the server answers is said by the form, too', async ({ page, org, context }) => {
	await signIn(context.request, org);
	const name = page.getByRole('textbox', { name: 'Name', exact: true });
	// Before the scripts run it is a form without them, and its limits are set again when they do.
	await expect(async () => {
		await page.goto('/account');
		await name.evaluate((input: HTMLInputElement) => input.removeAttribute('maxlength'));
		await name.fill('x'.repeat(70_000));
		await name.press('Enter');
		await expect(page.getByRole('alert')).toContainText('64 KiB', { timeout: 2_000 });
	}).toPass();
	await expect(name).toHaveValue('x'.repeat(70_000));
});

test('ending a session says that Tailrace cannot be reached', async ({ page, org, context }) => {
	await signIn(context.request, org);
	await context.clearCookies();
	await signIn(context.request, org);
	await page.goto('/account/sessions');
	await context.setOffline(true);
	await page.getByRole('button', { name: /^End / }).first().click();
	await expect(page.getByRole('alert')).toContainText('Tailrace cannot be reached.');
	await context.setOffline(false);
	await page.getByRole('button', { name: /^End / }).first().click();
	await expect(page.getByRole('button', { name: /^End / })).toHaveCount(0);
});

test('a server that never answers is waited for half a minute', async ({ page, org }) => {
	await page.clock.install();
	await page.route('**/sign-in', (route) =>
		route.request().method() === 'POST' ? undefined : route.continue()
	);
	await page.goto('/sign-in');
	await page.getByLabel('E-mail address').fill(org.email);
	await page.getByLabel('Password').fill(org.password);
	const asked = page.waitForRequest((request) => request.method() === 'POST');
	await page.getByRole('button', { name: 'Sign in' }).click();
	await asked;
	await page.clock.fastForward(31_000);
	await expect(page.getByRole('alert')).toContainText('did not answer within 30 seconds');
	await expect(page.getByLabel('Password')).toHaveValue(org.password);
});
